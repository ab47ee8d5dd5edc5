# The Perl face of the drop-in, as Proxmox's libraries have it, on the C interface of binding/.
package PVE::RS::OpenId;

use strict;
use warnings;

use FFI::Platypus 2.00;
use JSON::PP ();

# The file with the key that seals logins. What stands for /etc/pve/priv has another path here.
our $KEY_FILE = '';

my $json = JSON::PP->new->utf8->allow_nonref;
my %functions;

# Before the fork, as Proxmox's daemons load their library.
sub load {
    my ($library) = @_;

    my $ffi = FFI::Platypus->new(api => 2, lib => $library);
    my %signatures = (
        discover => [['string', 'string', 'opaque*'] => 'opaque'],
        authorize_url => [['opaque', ('string') x 3, 'opaque*'] => 'opaque'],
        verify_public_auth_state => [[('string') x 3, 'opaque*'] => 'opaque'],
        verify_authorization_code => [['opaque', 'string', 'string', 'int', 'opaque*'] => 'opaque'],
        panic => [['opaque*'] => 'void'],
        drop => [['opaque'] => 'void'],
        free => [['opaque'] => 'void'],
    );
    $functions{$_} = $ffi->function("onerealm_$_", @{ $signatures{$_} }) for keys %signatures;
    $functions{text} = sub { return $ffi->cast('opaque' => 'string', $_[0]) };
    return;
}

# Calls a function, which returns a pointer or puts an error into its last argument.
sub call {
    my ($name, @arguments) = @_;

    my $error;
    my $pointer = $functions{$name}->call(@arguments, \$error);
    die taken($error) . "\n" if defined($error);
    return $pointer;
}

# The text at a pointer, which is freed.
sub taken {
    my ($pointer) = @_;

    my $text = $functions{text}->($pointer);
    $functions{free}->call($pointer);
    utf8::decode($text);
    return $text;
}

# A text for C, where a NUL would end it.
sub bytes {
    my ($text) = @_;

    $text = "$text";
    die "a text has a NUL in it\n" if $text =~ m/\0/;
    utf8::encode($text);
    return $text;
}

sub discover {
    my ($class, $config, $redirect_url) = @_;

    my $pointer = call('discover', $json->encode($config), bytes($redirect_url));
    return bless \$pointer, $class;
}

sub authorize_url {
    my ($self, $state_dir, $realm) = @_;

    return taken(call('authorize_url', $$self, map { bytes($_) } $state_dir, $KEY_FILE, $realm));
}

sub verify_public_auth_state {
    my ($state_dir, $state) = @_;

    my @texts = map { bytes($_) } $state_dir, $KEY_FILE, $state;
    my $answer = taken(call('verify_public_auth_state', @texts));
    utf8::encode($answer);
    return @{ $json->decode($answer) };
}

sub verify_authorization_code {
    my ($self, $code, $private_state, $query_userinfo) = @_;

    my @texts = (bytes($code), $json->encode($private_state));
    my $claims = taken(call('verify_authorization_code', $$self, @texts, $query_userinfo // 1 ? 1 : 0));
    utf8::encode($claims);
    return $json->decode($claims);
}

sub panic { return call('panic') }

sub DESTROY {
    my ($self) = @_;

    $functions{drop}->call($$self);
    return;
}

1;
