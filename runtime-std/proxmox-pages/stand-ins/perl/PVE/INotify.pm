package PVE::INotify;

use strict;
use warnings;

our $FILES = {};

sub read_file {
    my ($name) = @_;

    return $FILES->{$name} // die "no file '$name'\n";
}

1;
