package PVE::Tools;

use strict;
use warnings;

use base qw(Exporter);

our @EXPORT_OK = qw(extract_param split_list);

sub extract_param {
    my ($param, $name) = @_;

    return delete $param->{$name};
}

sub split_list {
    my ($text) = @_;

    return grep { length } split(/[,;\s\0]+/, $text // '');
}

1;
