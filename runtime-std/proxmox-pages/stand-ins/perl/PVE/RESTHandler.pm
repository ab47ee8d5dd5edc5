# Methods with their schemas; a call is checked before it is made.
package PVE::RESTHandler;

use strict;
use warnings;

use PVE::Exception qw(raise_param_exc);
use PVE::JSONSchema;

my $methods = {};

sub register_method {
    my ($class, $info) = @_;

    $methods->{$class}->{ $info->{path} } = $info;
}

sub call {
    my ($class, $path, $param) = @_;

    my $info = $methods->{$class}->{$path} or die "no method '$path'\n";
    die "$path takes any parameter\n" if $info->{parameters}->{additionalProperties} ne '0';
    $param = {%$param};
    my $errors = PVE::JSONSchema::check_object($info->{parameters}->{properties}, $param);
    raise_param_exc($errors) if %$errors;
    return $info->{code}->($param);
}

1;
