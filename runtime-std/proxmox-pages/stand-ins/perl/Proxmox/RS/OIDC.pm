package Proxmox::RS::OIDC;

use strict;
use warnings;

use base qw(RecordingOpenId);

BEGIN { *verify_public_auth_state = \&RecordingOpenId::verify_public_auth_state }

1;
