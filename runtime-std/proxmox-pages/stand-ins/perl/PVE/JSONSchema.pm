# As much of JSON schema as the two methods and the realm's properties use. It refuses a schema with a keyword that
# it doesn't know.
package PVE::JSONSchema;

use strict;
use warnings;

use base qw(Exporter);

our @EXPORT_OK = qw(get_standard_option);

my %keywords = map { $_ => 1 }
    qw(type description optional default enum pattern maxLength minLength minimum maximum);

sub get_standard_option {
    my ($name) = @_;

    die "no standard option '$name'\n" if $name ne 'realm';
    return { type => 'string', pattern => '[A-Za-z][A-Za-z0-9.\-_]+', maxLength => 32 };
}

sub check_property {
    my ($schema, $value) = @_;

    for my $keyword (keys %$schema) {
        return "the schema has an unknown '$keyword'" if !$keywords{$keyword};
    }
    my $type = $schema->{type} // '';
    if ($type eq 'boolean') {
        return $value =~ /^(?:0|1|)$/ ? undef : 'not a boolean';
    }
    if ($type eq 'integer') {
        return 'not an integer' if $value !~ /^-?[0-9]+$/;
        return 'too small' if defined($schema->{minimum}) && $value < $schema->{minimum};
        return 'too large' if defined($schema->{maximum}) && $value > $schema->{maximum};
        return undef;
    }
    return "the schema has the type '$type'" if $type ne 'string';
    return 'too long' if defined($schema->{maxLength}) && length($value) > $schema->{maxLength};
    return 'too short' if defined($schema->{minLength}) && length($value) < $schema->{minLength};
    return 'does not match' if defined($schema->{pattern}) && $value !~ m/^$schema->{pattern}$/;
    return 'is none of the values' if $schema->{enum} && !grep { $_ eq $value } @{ $schema->{enum} };
    return undef;
}

# The problems of `$param` by name.
sub check_object {
    my ($properties, $param) = @_;

    my $errors = {};
    for my $name (keys %$param) {
        my $schema = $properties->{$name};
        my $problem =
            $schema ? check_property($schema, $param->{$name}) : 'property is not defined in schema';
        $errors->{$name} = $problem if defined($problem);
    }
    for my $name (keys %$properties) {
        next if $properties->{$name}->{optional} || defined($param->{$name});
        $errors->{$name} = 'property is missing and it is not optional';
    }
    return $errors;
}

1;
