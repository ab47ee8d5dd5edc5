# The realm's properties in short, with a place for each addition of docs/proxmox/pmg.md.
package PMG::Auth::OIDC;

use strict;
use warnings;

use base qw(PMG::Auth::Plugin);

sub type { return 'oidc' }

sub properties {
    return {
        'issuer-url' => { type => 'string', maxLength => 256 },
        'client-id' => { type => 'string', maxLength => 256 },
        'client-key' => { type => 'string', maxLength => 256, optional => 1 },
#@ properties
    };
}

sub options {
    return {
        'issuer-url' => {},
        'client-id' => {},
        'client-key' => { optional => 1 },
#@ options
    };
}

1;
