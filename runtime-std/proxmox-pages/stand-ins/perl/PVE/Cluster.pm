package PVE::Cluster;

use strict;
use warnings;

use base qw(Exporter);

our @EXPORT_OK = qw(cfs_read_file);
our $FILES = {};

sub cfs_read_file {
    my ($name) = @_;

    return $FILES->{$name} // die "no file '$name'\n";
}

1;
