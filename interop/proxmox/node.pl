# A node: three workers behind one port with TLS, as Proxmox VE's daemon has them.
#
#     perl -T -I LIB.. node.pl LIBRARY CLUSTER_DIRECTORY STATE_DIRECTORY CERTIFICATE KEY
#
# It prints its port, and ends with its standard input, or with a worker that ends by itself. The line of a request in its
# log says which worker answered, and how many signals of each kind came meanwhile.
use strict;
use warnings FATAL => 'all';

my ($library, $cluster, $state_dir, $certificate, $key);

BEGIN {
    ($library, $cluster, $state_dir, $certificate, $key) =
        map { m!^(/[\w./+-]+)$! ? $1 : die "not an absolute path: $_\n" } @ARGV[0 .. 4];
    $ENV{OPENID_STATE_PATH} = $state_dir;
}

use HTTP::Daemon;
use IO::Select;
use IO::Socket::SSL;
use Node::Api;
use POSIX qw(SIGCHLD SIG_BLOCK SIG_UNBLOCK sigprocmask);
use PVE::Cluster;
use PVE::RS::OpenId;
use PVE::SafeSyslog;
use Time::HiRes qw(ITIMER_REAL setitimer);

@Node::Connection::ISA = qw(IO::Socket::SSL HTTP::Daemon::ClientConn);

my $workers = 3;
my $between_signals = 0.01;
my $chld = POSIX::SigSet->new(SIGCHLD);
my ($alarms, $children);

$PVE::Cluster::DIRECTORY = $cluster;
$PVE::RS::OpenId::KEY_FILE = "$cluster/priv/onerealm-logins.key";
# Before the fork.
PVE::RS::OpenId::load($library);

# A timer of the worker's own and the parent's signals come while a method runs. Perl's handlers lack SA_RESTART.
sub answered {
    my ($request) = @_;

    ($alarms, $children) = (0, 0);
    setitimer(ITIMER_REAL, $between_signals, $between_signals);
    sigprocmask(SIG_UNBLOCK, $chld);
    my $response = Node::Api::answer($request);
    sigprocmask(SIG_BLOCK, $chld);
    setitimer(ITIMER_REAL, 0);
    return $response;
}

sub worker {
    my ($daemon) = @_;

    $SIG{ALRM} = sub { $alarms++ };
    $SIG{CHLD} = sub { $children++ };
    $SIG{TERM} = sub { exit(0) };
    $SIG{PIPE} = 'IGNORE';
    my %tls = (SSL_server => 1, SSL_cert_file => $certificate, SSL_key_file => $key);
    while (1) {
        my $socket = $daemon->accept() or next;
        my $connection = Node::Connection->start_SSL($socket, %tls) or next;
        if (my $request = $connection->get_request()) {
            my $response = answered($request);
            my $call = $request->method . ' ' . $request->uri->path . ' ' . $response->code;
            syslog('info', "$call worker=$$ alarms=$alarms children=$children");
            $connection->send_response($response);
        }
        $connection->close();
    }
}

my $daemon = HTTP::Daemon->new(LocalAddr => '127.0.0.1', ReuseAddr => 1) or die "no socket: $@\n";
# Before the fork, so that none comes to a worker without a handler.
sigprocmask(SIG_BLOCK, $chld);
my @workers;
for (1 .. $workers) {
    my $pid = fork() // die "no fork: $!\n";
    if (!$pid) {
        eval { worker($daemon); 1 } or syslog('err', "a worker failed: $@");
        POSIX::_exit(1);
    }
    push @workers, $pid;
}
$| = 1;
print $daemon->sockport(), "\n";

my $input = IO::Select->new(\*STDIN);
until ($input->can_read($between_signals)) {
    kill('CHLD', @workers);
    my $ended = waitpid(-1, POSIX::WNOHANG());
    if ($ended > 0) {
        syslog('err', "the worker $ended ended with $?");
        kill('TERM', @workers);
        exit(1);
    }
}
kill('TERM', @workers);
waitpid($_, 0) for @workers;
