# Reads a file of sections, such as domains.cfg: a line `TYPE: NAME`, and an indented line for each property.
package Node::SectionConfig;

use strict;
use warnings;

use PVE::JSONSchema;
use PVE::SafeSyslog;

# The sections by name, each with its type and properties. `$schemas` has a schema for each type. What a schema doesn't
# know is left out with a warning, and so is a section that its schema refuses.
sub parse {
    my ($text, $schemas) = @_;

    my ($ids, @order, $section) = ({});
    for my $line (split(/\n/, $text)) {
        next if $line =~ m/^\s*(?:#|$)/;
        if ($line =~ m/^([a-z]+):\s*([A-Za-z][A-Za-z0-9._-]+)\s*$/) {
            $section = { type => $1 };
            die "the section '$2' is there twice\n" if $ids->{$2};
            $ids->{$2} = $section;
            push @order, $2;
        } elsif ($section && $line =~ m/^\s+(\S+)(?:\s+(.*?))?\s*$/) {
            die "the property '$1' is there twice\n" if exists($section->{$1});
            $section->{$1} = $2 // '1';
        } else {
            die "a line is neither a section nor a property\n";
        }
    }
    delete $ids->{$_} for grep { !is_good($_, $ids->{$_}, $schemas) } @order;
    return { ids => $ids, order => [grep { $ids->{$_} } @order] };
}

sub is_good {
    my ($name, $section, $schemas) = @_;

    my $schema = $schemas->{ $section->{type} };
    if (!$schema) {
        syslog('warning', "section '$name' has an unknown type");
        return 0;
    }
    for my $property (grep { $_ ne 'type' && !$schema->{$_} } sort keys %$section) {
        syslog('warning', "section '$name' has an unknown property '$property'");
        delete $section->{$property};
    }
    my %properties = %$section;
    delete $properties{type};
    my $errors = PVE::JSONSchema::check_object($schema, \%properties);
    syslog('warning', "section '$name': $_: $errors->{$_}") for sort keys %$errors;
    return !%$errors;
}

1;
