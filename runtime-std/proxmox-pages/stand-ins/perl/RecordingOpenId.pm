# What the Perl package of the drop-in is, without a provider: it decides the client type as docs/client-type.md says,
# keeps it with the state, and records each call.
package RecordingOpenId;

use strict;
use warnings;

our @CALLS;
our $ISSUER = 'https://login.example/t';
my $logins = {};

sub discover {
    my ($class, $config, $redirect_url) = @_;

    push @CALLS, { call => 'discover', config => {%$config}, redirect_url => $redirect_url };
    return bless { config => {%$config}, redirect_url => $redirect_url }, $class;
}

sub client_type {
    my ($self) = @_;

    my ($config, $set) = ($self->{config}, $self->{config}->{client_type} // '');
    my $refused = ($config->{public_override} // '1') eq '0';
    my $loopback = $self->{redirect_url} =~ m!^http://(?:127\.|\[::1\])!;
    return 'public' if !length($config->{client_key} // '') || $set eq 'public';
    my $asked = $config->{public} || ($set eq 'auto' && $loopback);
    die "the realm has public-override 0\n" if $asked && $refused;
    return $asked ? 'public' : 'confidential';
}

sub authorize_url {
    my ($self, $state_dir, $realm) = @_;

    my $state = 'state' . keys %$logins;
    $logins->{$state} = {
        realm => $realm,
        issuer => $ISSUER,
        redirect_url => $self->{redirect_url},
        client_type => $self->client_type(),
    };
    push @CALLS, { call => 'authorize_url', state_dir => $state_dir, realm => $realm };
    return "https://login.example/authorize?state=$state";
}

sub verify_public_auth_state {
    my ($state_dir, $state) = @_;

    push @CALLS, { call => 'verify_public_auth_state', state_dir => $state_dir };
    my $login = delete $logins->{$state} // die "no openid auth state found (possible timeout)\n";
    return ($login->{realm}, {%$login});
}

sub verify_authorization_code {
    my ($self, $code, $login, $query_userinfo) = @_;

    push @CALLS, {
        call => 'verify_authorization_code',
        code => $code,
        config => $self->{config},
        login => {%$login},
        query_userinfo => $query_userinfo,
    };
    die "another redirect URL\n" if $self->{redirect_url} ne $login->{redirect_url};
    die "another issuer\n" if defined($login->{iss}) && $login->{iss} ne $login->{issuer};
    return { sub => 'alice' };
}

1;
