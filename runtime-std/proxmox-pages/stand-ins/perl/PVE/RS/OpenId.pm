package PVE::RS::OpenId;

use strict;
use warnings;

use base qw(RecordingOpenId);

BEGIN { *verify_public_auth_state = \&RecordingOpenId::verify_public_auth_state }

1;
