# The two API methods in short, with a place for each addition of docs/proxmox/pmg.md.
package PMG::API2::OIDC;

use strict;
use warnings;

use PMG::RESTEnvironment;
use PMG::Ticket;
use PMG::Utils;
use PVE::Exception qw(raise_param_exc);
use PVE::INotify;
use PVE::RESTHandler;
use Proxmox::RS::OIDC;
use PVE::SafeSyslog;
use PVE::Tools qw(extract_param);

use base qw(PVE::RESTHandler);

my $oidc_state_path = $ENV{OIDC_STATE_PATH} // '/var/lib/pmg';

my $lookup_oidc_auth = sub {
#@ lookup-arguments

    my $config = PVE::INotify::read_file('realms.conf')->{ids}->{$realm}
        or die "no realm '$realm'\n";
    die "realm '$realm' has the type $config->{type}\n" if $config->{type} ne 'oidc';
    my $oidc_config = {
        map { ($_ =~ tr/-/_/r) => $config->{$_} } qw(issuer-url client-id client-key),
    };
    $oidc_config->{scopes} = [PVE::Tools::split_list($config->{scopes} // 'email profile')];
#@ lookup-properties
    my $oidc = Proxmox::RS::OIDC->discover($oidc_config, $redirect_url);
    return ($config, $oidc);
};

__PACKAGE__->register_method({
    name => 'auth_url',
    path => 'auth-url',
    method => 'POST',
    parameters => {
        additionalProperties => 0,
        properties => {
            realm => { type => 'string', maxLength => 32 },
            'redirect-url' => { type => 'string', maxLength => 255 },
#@ auth_url-parameters
        },
    },
    code => sub {
        my ($param) = @_;

        my $realm = extract_param($param, 'realm');
        my $redirect_url = extract_param($param, 'redirect-url');
#@ auth_url-code
        return $oidc->authorize_url($oidc_state_path, $realm);
    },
});

__PACKAGE__->register_method({
    name => 'login',
    path => 'login',
    method => 'POST',
    parameters => {
        additionalProperties => 0,
        properties => {
            state => { type => 'string', maxLength => 1024 },
            code => {
                type => 'string',
                maxLength => 4096,
#@ login-code-parameter
            },
            'redirect-url' => { type => 'string', maxLength => 255 },
#@ login-parameters
        },
    },
    code => sub {
        my ($param) = @_;

        my $rpcenv = PMG::RESTEnvironment->get();

        my $res;
#@ login-before
        eval {
            my ($realm, $private_auth_state) =
                Proxmox::RS::OIDC::verify_public_auth_state($oidc_state_path, $param->{'state'});
#@ login-answer
            my $redirect_url = extract_param($param, 'redirect-url');
            my ($config, $oidc) = $lookup_oidc_auth->($realm, $redirect_url);
            my $info = $oidc->verify_authorization_code($param->{code}, $private_auth_state);
            my $claim = $config->{'username-claim'} // 'sub';
            $claim = { subject => 'sub', username => 'preferred_username' }->{$claim} // $claim;
            my $name = $info->{$claim} // die "missing claim '$claim'\n";
            my $username = "$name\@$realm";
            PMG::Utils::verify_username($username);
            $rpcenv->check_user_enabled($username);
            $res = {
                username => $username,
                ticket => PMG::Ticket::assemble_ticket($username),
                CSRFPreventionToken => PMG::Ticket::assemble_csrf_prevention_token($username),
            };
        };
        if (my $err = $@) {
            syslog('err', "openid authentication failure; msg=$err");
#@ login-refused
            die PVE::Exception->new("authentication failure $err\n", code => 401);
        }

        return $res;
    },
});

1;
