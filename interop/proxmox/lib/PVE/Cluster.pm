# The files that the nodes of a cluster share: a directory that stands for /etc/pve.
package PVE::Cluster;

use strict;
use warnings;

use base qw(Exporter);

use Fcntl qw(:flock);
use Node::SectionConfig;
use PVE::Auth::OpenId;

our @EXPORT_OK = qw(cfs_read_file cfs_lock_file cfs_write_file);
our $DIRECTORY;

# What the frame of the plugin leaves out, as its additions don't touch it.
my $text = { type => 'string', optional => 1 };
my $boolean = { type => 'boolean', optional => 1 };
my %common = (comment => $text, default => $boolean);
my %shortened = (
    'username-claim' => $text, scopes => $text, autocreate => $boolean, 'query-userinfo' => $boolean,
);

my %parsers = (
    'domains.cfg' => sub {
        my ($properties, $options) = (PVE::Auth::OpenId->properties(), PVE::Auth::OpenId->options());
        my %openid = map { $_ => { %{ $properties->{$_} }, %{ $options->{$_} } } } keys %$options;
        return Node::SectionConfig::parse($_[0], {
            openid => { %common, %shortened, %openid }, pam => {%common}, pve => {%common},
        });
    },
    'user.cfg' => sub {
        my %users;
        for my $line (split(/\n/, $_[0])) {
            my ($kind, $user, $enabled) = split(/:/, $line);
            $users{$user} = { enabled => $enabled } if ($kind // '') eq 'user';
        }
        return { users => \%users, text => $_[0] };
    },
    'priv/authkey.key' => sub { return $_[0] },
);

sub cfs_read_file {
    my ($name) = @_;

    my $parser = $parsers{$name} // die "no file '$name'\n";
    open(my $file, '<', "$DIRECTORY/$name") or die "$name: $!\n";
    my $text = do { local $/; <$file> };
    return $parser->($text // '');
}

sub cfs_lock_file {
    my ($name, $code) = @_;

    open(my $lock, '>>', "$DIRECTORY/.$name.lock") or die "$name: $!\n";
    # A signal interrupts it.
    until (flock($lock, LOCK_EX)) { die "$name: $!\n" if !$!{EINTR} }
    return $code->();
}

sub cfs_write_file {
    my ($name, $text) = @_;

    my $new = "$DIRECTORY/$name.new.$$";
    open(my $file, '>', $new) or die "$name: $!\n";
    print $file $text or die "$name: $!\n";
    close($file) or die "$name: $!\n";
    rename($new, "$DIRECTORY/$name") or die "$name: $!\n";
    return;
}

1;
