package PMG::Ticket;

use strict;
use warnings;

sub assemble_ticket { return "PMG:$_[0]:ticket" }

sub assemble_csrf_prevention_token { return "token of $_[0]" }

1;
