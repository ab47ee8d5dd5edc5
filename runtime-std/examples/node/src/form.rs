//! Parameters of the API: each method has a schema, and refuses what isn't in it.

use std::collections::BTreeMap;

use crate::answer::Refused;
use crate::product::Product;

/// A parameter that a method knows.
pub struct Property {
    name: &'static str,
    /// In characters.
    most: usize,
    is_needed: bool,
}

pub const fn needed(name: &'static str, most: usize) -> Property {
    Property { name, most, is_needed: true }
}

pub const fn optional(name: &'static str, most: usize) -> Property {
    Property { name, most, is_needed: false }
}

/// Parameters that fit a schema.
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads the body of a request.
    pub fn read(product: Product, body: &[u8], schema: &[Property]) -> Result<Self, Refused> {
        let mut form = BTreeMap::new();
        let mut errors = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body).into_owned() {
            let property = schema.iter().find(|property| property.name == name);
            match property {
                None => drop(errors.insert(name, unknown(product).to_owned())),
                Some(property) if value.chars().count() > property.most => {
                    let text = format!("value may only be {} characters long", property.most);
                    errors.insert(name, text);
                }
                Some(_) => {
                    if form.insert(name.clone(), value).is_some() {
                        errors.insert(name, "given more than once".to_owned());
                    }
                }
            }
        }
        for property in schema.iter().filter(|property| property.is_needed) {
            if !form.contains_key(property.name) && !errors.contains_key(property.name) {
                let text = "property is missing and it is not optional";
                errors.insert(property.name.to_owned(), text.to_owned());
            }
        }
        if errors.is_empty() { Ok(Form(form)) } else { Err(Refused::Parameters(errors)) }
    }

    /// A parameter that the schema needs.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some("1" | "on" | "yes" | "true") => Ok(Some(true)),
            Some("0" | "off" | "no" | "false") => Ok(Some(false)),
            Some(_) => Err(wrong(name, "type check ('boolean') failed")),
        }
    }

    pub fn number(&self, name: &str) -> Result<Option<u64>, Refused> {
        let number = self.get(name).map(str::parse).transpose();
        number.map_err(|_| wrong(name, "type check ('integer') failed"))
    }
}

pub fn wrong(name: &str, text: &str) -> Refused {
    Refused::Parameters(BTreeMap::from([(name.to_owned(), text.to_owned())]))
}

fn unknown(product: Product) -> &'static str {
    match product.is_rust() {
        true => "schema does not allow additional properties",
        false => {
            "property is not defined in schema and the schema does not allow additional properties"
        }
    }
}
