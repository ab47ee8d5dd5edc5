package PVE::SafeSyslog;

use strict;
use warnings;

use base qw(Exporter);

our @EXPORT = qw(syslog);
our @LINES;

sub syslog {
    my ($level, $text) = @_;

    push @LINES, "$level $text";
}

1;
