# Calls the two API methods of one product, made of its page's blocks, as its HTTP server does:
# perl -T -I LIB.. methods.pl MODULE PLUGIN TYPE
# It prints a line for each scenario, and dies at the first that goes wrong.
use strict;
use warnings FATAL => 'all';
no warnings 'once';

my ($module, $plugin, $type) = map { m/^([\w:]+)$/ ? $1 : die "bad argument\n" } @ARGV;
for my $name ($module, $plugin, 'RecordingOpenId', 'PVE::Cluster', 'PVE::INotify', 'PVE::JSONSchema', 'PVE::SafeSyslog') {
    my $file = $name =~ s!::!/!gr . '.pm';
    require $file;
}

my ($web, $loopback) = ('https://node.example:8006', 'http://127.0.0.1:51004/callback');
my %registration = ('issuer-url' => $RecordingOpenId::ISSUER, 'client-id' => 'node', 'client-key' => 's3cret');

sub check {
    my ($what, $holds) = @_;

    die "$what: does not hold\n" if !$holds;
}

# A realm as the section config has it: its properties are checked against the plugin's.
sub realm {
    my (%more) = @_;

    my $realm = { %registration, %more };
    my ($properties, $options) = ($plugin->properties(), $plugin->options());
    my $known = { map { $_ => { %{ $properties->{$_} }, %{ $options->{$_} } } } keys %$options };
    my $errors = PVE::JSONSchema::check_object($known, $realm);
    die join(', ', map { "$_: $errors->{$_}" } sort keys %$errors) . "\n" if %$errors;
    my $ids = { ids => { sso => { type => $type, %$realm } } };
    $PVE::Cluster::FILES->{'domains.cfg'} = $ids;
    $PVE::INotify::FILES->{'realms.conf'} = $ids;
    @RecordingOpenId::CALLS = ();
    @PVE::SafeSyslog::LINES = ();
    return;
}

sub auth_url {
    my ($redirect_url, %more) = @_;

    my $url = $module->call('auth-url', { realm => 'sso', 'redirect-url' => $redirect_url, %more });
    my ($state) = $url =~ m/state=(\w+)$/ or die "no state in $url\n";
    return $state;
}

sub login {
    my ($state, $redirect_url, %more) = @_;

    return $module->call('login', { state => $state, 'redirect-url' => $redirect_url, %more });
}

# What a call dies with.
sub failure {
    my ($code) = @_;

    eval { $code->(); 1 } and die "it did not fail\n";
    return $@;
}

# Proxmox Mail Gateway says why a login failed.
sub is_plain_failure {
    my ($error) = @_;

    return $type eq 'oidc' ? "$error" =~ m/^authentication failure / : "$error" eq "authentication failure\n";
}

sub exchange {
    my ($call) = grep { $_->{call} eq 'verify_authorization_code' } @RecordingOpenId::CALLS;
    return $call // die "no code was exchanged\n";
}

my @scenarios;

sub scenario {
    push @scenarios, [@_];
}

# client-type, public, redirect URL, and the client type that must come out.
my @rows = (
    [undef, undef, $web, 'confidential'],
    [undef, 1, $loopback, 'public'],
    [undef, '0', $loopback, 'confidential'],
    [undef, '', $web, 'confidential'],
    ['confidential', undef, $loopback, 'confidential'],
    ['confidential', 1, $loopback, 'public'],
    ['public', undef, $web, 'public'],
    ['auto', undef, $web, 'confidential'],
    ['auto', undef, $loopback, 'public'],
    ['auto', 1, $web, 'public'],
);
for my $row (@rows) {
    my ($client_type, $public, $redirect_url, $expected) = @$row;
    my $name = join(' ', map { $_ // '-' } 'client type', @$row);
    scenario($name => sub {
        realm(defined($client_type) ? ('client-type' => $client_type) : ());
        my $state = auth_url($redirect_url, defined($public) ? (public => $public) : ());
        my $answer = login($state, $redirect_url, code => 'c0de');
        check('the user name', $answer->{username} eq 'alice@sso');
        check('the ticket', length($answer->{ticket}) && length($answer->{CSRFPreventionToken}));
        check('the client type', exchange()->{login}->{client_type} eq $expected);
        check('nothing is asked for at login', !exists(exchange()->{config}->{public}));
        check('the code', exchange()->{code} eq 'c0de');
    });
}

scenario('each property reaches the library in both calls' => sub {
    my %all = (
        'client-type' => 'auto',
        'public-override' => '0',
        'redirect-urls' => "$web http://[::1]/callback, http://127.0.0.1/callback",
        'native-client-id' => 'tool',
        'native-client-key' => 'key of the tool',
        'token-auth-method' => 'client_secret_post',
        'discovery-url' => 'https://login.example/metadata?p=sign-in',
        'ca-file' => '/etc/ssl/sso.pem',
        'clock-skew' => 5,
        'max-age' => 3600,
        'require-acr' => 'phr urn:example:acr:gold, https://login.example/gold',
        'require-amr' => 'mfa;pwd',
        'userinfo-signed' => '1',
    );
    realm(%all);
    login(auth_url($web), $web, code => 'c0de');
    my @discovered = grep { $_->{call} eq 'discover' } @RecordingOpenId::CALLS;
    check('two calls', @discovered == 2);
    for my $call (@discovered) {
        for my $name (sort keys %all) {
            my $field = $name =~ tr/-/_/r;
            check($field, ($call->{config}->{$field} // 'undef') eq $all{$name});
        }
        my %said = map { $_ => 1 } @{ $call->{config}->{settings} };
        check("$_ is not said", $said{$_}) for 'public', keys %all;
        check('the registration', $call->{config}->{client_key} eq 's3cret');
    }
    my %known = map { $_ => 1 } keys %all, keys %registration;
    check("a property is not tried: $_", $known{$_}) for keys %{ $plugin->properties() };
    check("$_ is no option", $plugin->options()->{$_}) for keys %{ $plugin->properties() };
});

scenario('a property that is not set reaches nobody' => sub {
    realm();
    auth_url($web);
    my @fields = sort keys %{ $RecordingOpenId::CALLS[0]->{config} };
    check("@fields", "@fields" eq 'client_id client_key issuer_url scopes settings');
});

for my $bad (
    ['client-type' => 'native'],
    ['client-type' => ''],
    ['public-override' => 'no'],
    ['redirect-urls' => 'node.example'],
    ['redirect-urls' => "https://node.example\nclient-key x"],
    ['native-client-id' => 'x' x 257],
    ['token-auth-method' => 'none'],
    ['discovery-url' => 'file:///etc/shadow'],
    ['ca-file' => 'sso.pem'],
    ['clock-skew' => 601],
    ['max-age' => -1],
    ['require-acr' => ''],
    ['require-acr' => "phr\nclient-key x"],
    ['require-amr' => ',;'],
    ['require-amr' => 'mfa"'],
    ['require-amr' => 'x' x 513],
    ['userinfo-signed' => 'no'],
) {
    my ($name, $value) = @$bad;
    scenario("the schema refuses $name " . substr($value =~ s/\n/ /r, 0, 24) => sub {
        my $error = failure(sub { realm($name => $value) });
        check($error, $error =~ m/^\Q$name\E: /);
    });
}

scenario('public is refused where the realm refuses it' => sub {
    realm('public-override' => '0');
    my $error = failure(sub { auth_url($loopback, public => 1) });
    check($error, $error =~ m/public-override/);
    realm('public-override' => '0', 'client-type' => 'auto');
    failure(sub { auth_url($loopback) });
    auth_url($web);
});

scenario('public is a boolean' => sub {
    realm();
    my $error = failure(sub { auth_url($loopback, public => 'yes') });
    check("$error", $error->{code} == 400 && $error->{errors}->{public});
});

scenario('login has no public' => sub {
    realm();
    my $state = auth_url($loopback);
    my $error = failure(sub { login($state, $loopback, code => 'c0de', public => 1) });
    check("$error", $error->{code} == 400 && $error->{errors}->{public});
});

scenario('iss reaches the library' => sub {
    realm();
    login(auth_url($web), $web, code => 'c0de', iss => $RecordingOpenId::ISSUER);
    check('iss', exchange()->{login}->{iss} eq $RecordingOpenId::ISSUER);
});

scenario('without iss there is none' => sub {
    realm();
    login(auth_url($web), $web, code => 'c0de');
    check('iss', !exists(exchange()->{login}->{iss}));
});

scenario('another iss is refused, and the caller is not told why' => sub {
    realm();
    my $state = auth_url($web);
    my $error = failure(sub { login($state, $web, code => 'c0de', iss => 'https://evil.example') });
    check("$error", is_plain_failure($error) && $error->{code} == 401);
    check('the log', "@PVE::SafeSyslog::LINES" =~ m/another issuer/);
});

scenario('another redirect URL than that of auth-url is refused' => sub {
    realm();
    my $state = auth_url($web);
    my $error = failure(sub { login($state, $loopback, code => 'c0de') });
    check("$error", is_plain_failure($error));
});

scenario('an error ends the login, and is shown and logged' => sub {
    realm();
    my $state = auth_url($web);
    my %answer = (error => 'access_denied', 'error-description' => "AADSTS65004: User declined.\r\nTrace");
    my $error = failure(sub { login($state, $web, %answer) });
    check('the code', $error->{code} == 401);
    check("$error", "$error" =~ m/refused the login: access_denied: AADSTS65004: User declined. Trace\n\z/);
    check('the log', "@PVE::SafeSyslog::LINES" =~ m/access_denied/);
    my $no_code = !grep { $_->{call} eq 'verify_authorization_code' } @RecordingOpenId::CALLS;
    check('no code is exchanged', $no_code);
    my $again = failure(sub { login($state, $web, %answer) });
    check("$again", is_plain_failure($again));
});

scenario('an error of a stranger is not shown' => sub {
    realm();
    auth_url($web);
    my $error = failure(sub { login('guessed', $web, error => 'call 555-0100') });
    check("$error", is_plain_failure($error) && "$error" !~ m/555/);
});

scenario('an error with the issuer is taken, with another one not' => sub {
    realm();
    my %denied = (error => 'access_denied');
    my $state = auth_url($web);
    my $error = failure(sub { login($state, $web, %denied, iss => $RecordingOpenId::ISSUER) });
    check("$error", "$error" =~ m/access_denied/);
    $state = auth_url($web);
    $error = failure(sub { login($state, $web, %denied, iss => 'https://evil.example') });
    check("$error", is_plain_failure($error));
});

scenario('a long description is cut' => sub {
    realm();
    my $state = auth_url($web);
    my $error = failure(sub { login($state, $web, error => 'x', 'error-description' => 'y' x 2000) });
    check(length("$error"), length("$error") < 640);
});

scenario('code or error, one of them' => sub {
    realm();
    my $state = auth_url($web);
    for my $answer ([], [code => 'c0de', error => 'access_denied']) {
        my $error = failure(sub { login($state, $web, @$answer) });
        check("$error", $error->{code} == 400 && $error->{errors}->{code});
    }
    login($state, $web, code => 'c0de');
});

for my $scenario (@scenarios) {
    my ($name, $code) = @$scenario;
    eval { $code->(); 1 } or die "$name: $@";
    print "ok $name\n";
}
