# A panic in the library is an error here: perl -T -I LIB.. panic.pl LIBRARY
use strict;
use warnings FATAL => 'all';

use PVE::RS::OpenId;

PVE::RS::OpenId::load($ARGV[0] =~ m!^(/[\w./+-]+)$!);
eval { PVE::RS::OpenId::panic(); 1 } and die "no error\n";
print $@;
