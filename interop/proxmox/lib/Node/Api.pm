# The API below /api2/json: which method a request is for, and its answer as Proxmox VE shapes it.
package Node::Api;

use strict;
use warnings;

use HTTP::Response;
use JSON::PP ();
use PVE::AccessControl;
use PVE::API2::OpenId;
use PVE::Cluster qw(cfs_read_file);
use PVE::Exception qw(raise_param_exc);
use PVE::JSONSchema;
use Scalar::Util qw(tainted);

my $json = JSON::PP->new->utf8->canonical;

# An empty text from outside.
my $taint = substr($^X, 0, 0);
die "there are no taint checks\n" if !tainted($taint);

my %methods = (
    'GET /access/domains' => \&domains,
    'GET /version' => sub { return { version => '9.1', user => user($_[0]) } },
    'POST /access/openid/auth-url' => sub { return PVE::API2::OpenId->call('auth-url', $_[1]) },
    'POST /access/openid/login' => sub { return PVE::API2::OpenId->call('login', $_[1]) },
    'POST /access/ticket' => \&ticket,
);

sub answer {
    my ($request) = @_;

    my $data = eval {
        my ($path) = $request->uri->path =~ m!^/api2/json(/[a-z/-]+)$!;
        my $method = $methods{ $request->method . ' ' . ($path // '') }
            // die PVE::Exception->new("Method not implemented\n", code => 501);
        $method->($request, parameters($request->content));
    };
    return response(200, 'OK', { data => $data }) if !$@;
    my $failure = ref($@) ? $@ : PVE::Exception->new("$@", code => 500);
    chomp(my $message = "$failure");
    my %errors = $failure->{errors} ? (errors => $failure->{errors}) : ();
    return response($failure->{code}, $message, { data => undef, message => "$message\n", %errors });
}

sub response {
    my ($code, $message, $body) = @_;

    $message =~ s/[^\x20-\x7E]+/ /g;
    my @headers = ('Content-Type' => 'application/json;charset=UTF-8', 'Cache-Control' => 'no-store');
    return HTTP::Response->new($code, $message, [@headers, Connection => 'close'], $json->encode($body));
}

# A form, where a name may stand once.
sub parameters {
    my ($form) = @_;

    my %parameters;
    for my $pair (split(/&/, $form)) {
        my ($name, $value) = map { decoded($_) } split(/=/, $pair, 2);
        raise_param_exc({ $name => 'duplicate parameter' }) if exists($parameters{$name});
        $parameters{$name} = $value // '';
    }
    return \%parameters;
}

sub decoded {
    my ($text) = @_;

    $text =~ tr/+/ /;
    $text =~ s/%([0-9A-Fa-f]{2})/chr(hex($1))/ge;
    utf8::decode($text);
    # Perl takes what TLS delivers for its own. Proxmox VE's daemon reads from a plain socket, which taints.
    return $text . $taint;
}

sub domains {
    my $config = cfs_read_file('domains.cfg');
    return [map { { realm => $_, type => $config->{ids}->{$_}->{type} } } @{ $config->{order} }];
}

sub user {
    my ($request) = @_;

    my ($ticket) = ($request->header('Cookie') // '') =~ m/(?:^|;\s*)PVEAuthCookie=([^;]+)/;
    return PVE::AccessControl::verify_ticket(decoded(($ticket // '') =~ s/\+/%2B/gr))
        // die PVE::Exception->new("No ticket\n", code => 401);
}

# A ticket is a password, too.
sub ticket {
    my ($request, $param) = @_;

    my $text = { type => 'string', maxLength => 4096 };
    my $errors = PVE::JSONSchema::check_object({ username => $text, password => $text }, $param);
    raise_param_exc($errors) if %$errors;
    my $username = PVE::AccessControl::verify_ticket($param->{password});
    die PVE::Exception->new("authentication failure\n", code => 401)
        if ($username // '') ne $param->{username};
    return {
        username => $username,
        ticket => PVE::AccessControl::assemble_ticket($username),
        CSRFPreventionToken => PVE::AccessControl::assemble_csrf_prevention_token($username),
    };
}

1;
