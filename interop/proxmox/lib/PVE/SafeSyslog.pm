# The log of a node is its standard error; a line is one write, as three workers share it.
package PVE::SafeSyslog;

use strict;
use warnings;

use base qw(Exporter);

our @EXPORT = qw(syslog);

sub syslog {
    my ($level, $text) = @_;

    utf8::encode($text) if utf8::is_utf8($text);
    $text =~ s/[\x00-\x1F]+/ /g;
    syswrite(STDERR, "$level: $text\n");
    return;
}

1;
