# An exception with a code, as an object that is a text too.
package PVE::Exception;

use strict;
use warnings;

use overload '""' => sub { $_[0]->{msg} }, 'bool' => sub { 1 }, fallback => 1;

use base qw(Exporter);

our @EXPORT_OK = qw(raise raise_perm_exc raise_param_exc);

sub new {
    my ($class, $msg, %more) = @_;

    return bless { msg => $msg, %more }, $class;
}

sub raise_param_exc {
    my ($errors) = @_;

    die __PACKAGE__->new("Parameter verification failed.\n", code => 400, errors => $errors);
}

1;
