package PMG::Auth::Plugin;

use strict;
use warnings;

1;
