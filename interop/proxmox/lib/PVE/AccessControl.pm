# Tickets, which any node of the cluster checks. Proxmox VE signs them with RSA; here it is an HMAC, with a key that the
# nodes share.
package PVE::AccessControl;

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use PVE::Cluster qw(cfs_read_file);

my $lifetime = 2 * 60 * 60;

sub signed {
    my ($text) = @_;

    return "$text\::" . hmac_sha256_base64($text, cfs_read_file('priv/authkey.key'));
}

sub assemble_ticket {
    my ($username) = @_;

    return signed(sprintf('PVE:%s:%08X', $username, time()));
}

sub assemble_csrf_prevention_token {
    my ($username) = @_;

    my $now = sprintf('%08X', time());
    return $now . ':' . hmac_sha256_base64("csrf:$now:$username", cfs_read_file('priv/authkey.key'));
}

# The user of a ticket, or undef.
sub verify_ticket {
    my ($ticket) = @_;

    my ($text, $username, $time) = $ticket =~ m/^(PVE:([^:]+):([0-9A-F]{8}))::/ or return undef;
    return undef if signed($text) ne $ticket;
    my $age = time() - hex($time);
    return $age >= -300 && $age <= $lifetime ? $username : undef;
}

1;
