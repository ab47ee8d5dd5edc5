# The two API methods in short, with a place for each addition of docs/proxmox/pve.md.
package PVE::API2::OpenId;

use strict;
use warnings;

use PVE::AccessControl;
use PVE::Auth::Plugin;
use PVE::Cluster qw(cfs_read_file);
use PVE::Exception qw(raise_param_exc);
use PVE::JSONSchema qw(get_standard_option);
use PVE::RESTHandler;
use PVE::RPCEnvironment;
use PVE::RS::OpenId;
use PVE::SafeSyslog;
use PVE::Tools qw(extract_param);

use base qw(PVE::RESTHandler);

my $openid_state_path = $ENV{OPENID_STATE_PATH} // '/var/lib/pve-manager';

my $lookup_openid_auth = sub {
#@ lookup-arguments

    my $config = cfs_read_file('domains.cfg')->{ids}->{$realm}
        or die "no realm '$realm'\n";
    die "realm '$realm' has the type $config->{type}\n" if $config->{type} ne 'openid';
    my $openid_config = {
        map { ($_ =~ tr/-/_/r) => $config->{$_} } qw(issuer-url client-id client-key),
    };
    $openid_config->{scopes} = [PVE::Tools::split_list($config->{scopes} // 'email profile')];
#@ lookup-properties
    my $openid = PVE::RS::OpenId->discover($openid_config, $redirect_url);
    return ($config, $openid);
};

__PACKAGE__->register_method({
    name => 'auth_url',
    path => 'auth-url',
    method => 'POST',
    parameters => {
        additionalProperties => 0,
        properties => {
            realm => get_standard_option('realm'),
            'redirect-url' => { type => 'string', maxLength => 255 },
#@ auth_url-parameters
        },
    },
    code => sub {
        my ($param) = @_;

        my $realm = extract_param($param, 'realm');
        my $redirect_url = extract_param($param, 'redirect-url');
#@ auth_url-code
        return $openid->authorize_url($openid_state_path, $realm);
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

        my $rpcenv = PVE::RPCEnvironment::get();

        my $res;
#@ login-before
        eval {
            my ($realm, $private_auth_state) =
                PVE::RS::OpenId::verify_public_auth_state($openid_state_path, $param->{'state'});
#@ login-answer
            my $redirect_url = extract_param($param, 'redirect-url');
            my ($config, $openid) = $lookup_openid_auth->($realm, $redirect_url);
            my $info = $openid->verify_authorization_code(
                $param->{code}, $private_auth_state, $config->{'query-userinfo'} // 1,
            );
            my $claim = $config->{'username-claim'} // 'sub';
            $claim = { subject => 'sub', username => 'preferred_username' }->{$claim} // $claim;
            my $name = $info->{$claim} // die "missing claim '$claim'\n";
            my $username = "$name\@$realm";
            PVE::Auth::Plugin::verify_username($username);
            $rpcenv->check_user_enabled($username);
            $res = {
                username => $username,
                ticket => PVE::AccessControl::assemble_ticket($username),
                CSRFPreventionToken => PVE::AccessControl::assemble_csrf_prevention_token($username),
            };
        };
        if (my $err = $@) {
            syslog('err', "openid authentication failure; msg=$err");
#@ login-refused
            die PVE::Exception->new("authentication failure\n", code => 401);
        }

        return $res;
    },
});

1;
