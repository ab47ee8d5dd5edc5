//! As much of Proxmox's crates as the blocks name.

use serde::Serialize;

pub mod proxmox_schema {
    /// The schema of one value.
    pub enum Schema {
        String(StringSchema),
        Integer(IntegerSchema),
    }

    pub enum ApiStringFormat {
        Enum(&'static [EnumEntry]),
    }

    pub struct EnumEntry {
        pub value: &'static str,
        pub description: &'static str,
    }

    impl EnumEntry {
        pub const fn new(value: &'static str, description: &'static str) -> Self {
            EnumEntry { value, description }
        }
    }

    pub struct StringSchema {
        pub description: &'static str,
        pub min_length: usize,
        pub max_length: usize,
        pub format: Option<&'static ApiStringFormat>,
    }

    impl StringSchema {
        pub const fn new(description: &'static str) -> Self {
            StringSchema { description, min_length: 0, max_length: usize::MAX, format: None }
        }

        pub const fn format(mut self, format: &'static ApiStringFormat) -> Self {
            self.format = Some(format);
            self
        }

        pub const fn min_length(mut self, length: usize) -> Self {
            self.min_length = length;
            self
        }

        pub const fn max_length(mut self, length: usize) -> Self {
            self.max_length = length;
            self
        }

        pub const fn schema(self) -> Schema {
            Schema::String(self)
        }
    }

    pub struct IntegerSchema {
        pub description: &'static str,
        pub minimum: isize,
        pub maximum: isize,
        pub default: Option<isize>,
    }

    impl IntegerSchema {
        pub const fn new(description: &'static str) -> Self {
            IntegerSchema { description, minimum: isize::MIN, maximum: isize::MAX, default: None }
        }

        pub const fn minimum(mut self, minimum: isize) -> Self {
            self.minimum = minimum;
            self
        }

        pub const fn maximum(mut self, maximum: isize) -> Self {
            self.maximum = maximum;
            self
        }

        pub const fn default(mut self, default: isize) -> Self {
            self.default = Some(default);
            self
        }

        pub const fn schema(self) -> Schema {
            Schema::Integer(self)
        }
    }

    impl Schema {
        pub fn description(&self) -> &'static str {
            match self {
                Schema::String(schema) => schema.description,
                Schema::Integer(schema) => schema.description,
            }
        }

        pub fn accepts(&self, value: &str) -> bool {
            match self {
                Schema::String(schema) => {
                    (schema.min_length..=schema.max_length).contains(&value.len())
                        && schema.format.is_none_or(|ApiStringFormat::Enum(entries)| {
                            entries.iter().any(|entry| {
                                assert!(!entry.description.is_empty());
                                entry.value == value
                            })
                        })
                }
                Schema::Integer(schema) => value
                    .parse()
                    .is_ok_and(|number| (schema.minimum..=schema.maximum).contains(&number)),
            }
        }
    }
}

/// What `#[api]` says of a property.
#[derive(Clone, Copy)]
pub enum Said {
    Schema(&'static proxmox_schema::Schema),
    Type(&'static str),
    Text(&'static str),
    Flag(bool),
}

/// Properties by name, each with what is said of it.
pub type Properties = &'static [(&'static str, &'static [(&'static str, Said)])];

/// The `properties` of an `#[api]`, as a constant.
macro_rules! api_properties {
    ($constant:ident $($name:tt : { $($key:tt : $value:tt),* $(,)? }),* $(,)?) => {
        pub const $constant: crate::stand_in::Properties = &[$(
            (stringify!($name), &[$(
                (stringify!($key), crate::stand_in::said!($key $value)),
            )*]),
        )*];
    };
}

macro_rules! said {
    (schema $schema:tt) => {
        crate::stand_in::Said::Schema(&$schema)
    };
    (type $kind:tt) => {
        crate::stand_in::Said::Type({
            const _: Option<$kind> = None;
            stringify!($kind)
        })
    };
    (description $text:tt) => {
        crate::stand_in::Said::Text($text)
    };
    (optional $flag:tt) => {
        crate::stand_in::Said::Flag($flag)
    };
    (default $flag:tt) => {
        crate::stand_in::Said::Flag($flag)
    };
}

/// A struct, and what `Updater` derives of it.
macro_rules! with_updater {
    ($name:ident, $updater:ident;
     $(pub $required:ident: $kind:ty,)* ;
     $($(#[$attribute:meta])* pub $field:ident: Option<$of:ty>,)*) => {
        #[derive(Clone, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub struct $name {
            $(pub $required: $kind,)*
            $($(#[$attribute])* pub $field: Option<$of>,)*
        }

        #[allow(dead_code, reason = "upstream's own field is not updated here")]
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub struct $updater {
            $(pub $field: Option<$of>,)*
        }
    };
}

pub(crate) use {api_properties, said, with_updater};

/// The names in the properties, without the quotes of those with a hyphen.
pub fn names(properties: Properties) -> Vec<&'static str> {
    properties.iter().map(|(name, _)| name.trim_matches('"')).collect()
}

/// The keys of what serde makes of a value.
pub fn keys(value: &impl Serialize) -> Vec<String> {
    serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
}

pub mod pwt {
    use std::rc::Rc;

    /// A form: labels, and fields by name.
    #[derive(Default)]
    pub struct InputPanel(pub Vec<(String, Input)>);

    impl InputPanel {
        pub fn new() -> Self {
            Self::default()
        }

        pub fn with_large_advanced_field(mut self, label: String, field: impl Into<Input>) -> Self {
            self.0.push((label, field.into()));
            self
        }
    }

    /// What the blocks set of a field.
    #[derive(Default)]
    pub struct Input {
        pub name: &'static str,
        pub placeholder: String,
        pub items: Vec<String>,
        pub is_hidden: bool,
        pub default: Option<bool>,
    }

    pub enum InputType {
        Password,
    }

    macro_rules! field {
        ($name:ident) => {
            #[derive(Default)]
            pub struct $name(Input);

            impl $name {
                pub fn new() -> Self {
                    $name(Input::default())
                }

                pub fn name(mut self, name: &'static str) -> Self {
                    self.0.name = name;
                    self
                }
            }

            impl From<$name> for Input {
                fn from(field: $name) -> Input {
                    field.0
                }
            }
        };
    }

    field!(Field);
    field!(Checkbox);
    field!(Combobox);

    impl Field {
        pub fn placeholder(mut self, text: String) -> Self {
            self.0.placeholder = text;
            self
        }

        pub fn input_type(mut self, InputType::Password: InputType) -> Self {
            self.0.is_hidden = true;
            self
        }
    }

    impl Checkbox {
        pub fn default(mut self, default: bool) -> Self {
            self.0.default = Some(default);
            self
        }
    }

    impl Combobox {
        pub fn editable(self, _: bool) -> Self {
            self
        }

        pub fn force_selection(self, _: bool) -> Self {
            self
        }

        pub fn placeholder(mut self, text: String) -> Self {
            self.0.placeholder = text;
            self
        }

        pub fn items(mut self, items: Rc<Vec<String>>) -> Self {
            self.0.items = items.to_vec();
            self
        }
    }

    macro_rules! tr {
        ($text:literal) => {
            $text.to_owned()
        };
    }

    pub(crate) use tr;
}
