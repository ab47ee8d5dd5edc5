package PMG::Utils;

use strict;
use warnings;

use PVE::Auth::Plugin;

sub verify_username { return PVE::Auth::Plugin::verify_username(@_) }

1;
