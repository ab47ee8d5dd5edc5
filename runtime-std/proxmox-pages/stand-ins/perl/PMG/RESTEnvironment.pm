package PMG::RESTEnvironment;

use strict;
use warnings;

use base qw(PVE::RPCEnvironment);

use PVE::RPCEnvironment;

sub get { return bless {}, __PACKAGE__ }

1;
