package PVE::Auth::Plugin;

use strict;
use warnings;

sub verify_username {
    my ($username) = @_;

    die "user name '$username' is invalid\n" if $username !~ m/^[^\s:\/]+\@[^\s:\/\@]+$/;
    return $username;
}

1;
