# The users of user.cfg. The frame of the method has no line for `autocreate`, so it is done here.
package PVE::RPCEnvironment;

use strict;
use warnings;

use PVE::Cluster qw(cfs_lock_file cfs_read_file cfs_write_file);

sub get { return bless {}, __PACKAGE__ }

sub check_user_enabled {
    my ($self, $username) = @_;

    autocreate($username);
    my $user = cfs_read_file('user.cfg')->{users}->{$username} // die "no such user ('$username')\n";
    die "user '$username' is disabled\n" if !$user->{enabled};
    return 1;
}

sub autocreate {
    my ($username) = @_;

    my ($realm) = $username =~ m/\@([^\@]+)$/ or die "user name '$username' has no realm\n";
    my $config = cfs_read_file('domains.cfg')->{ids}->{$realm} // die "no realm '$realm'\n";
    return if !$config->{autocreate};
    cfs_lock_file('user.cfg', sub {
        my $file = cfs_read_file('user.cfg');
        return if $file->{users}->{$username};
        cfs_write_file('user.cfg', "$file->{text}user:$username:1:0:::::\n");
    });
    return;
}

1;
