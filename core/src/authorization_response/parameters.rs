//! The parameters of an authorization response, as a query or a form has them.

use super::error::AuthorizationResponseError;
use crate::wire::{FormPairs, FormText};

/// The parameters that have a meaning here, each at most once.
#[derive(Default)]
pub(super) struct Parameters<'a> {
    pub(super) code: Option<FormText<'a>>,
    pub(super) state: Option<FormText<'a>>,
    pub(super) iss: Option<FormText<'a>>,
    pub(super) error: Option<FormText<'a>>,
    pub(super) error_description: Option<FormText<'a>>,
}

impl<'a> Parameters<'a> {
    pub(super) fn read(query: &'a str) -> Result<Self, AuthorizationResponseError> {
        let mut parameters = Parameters::default();
        for pair in FormPairs::new(query) {
            let (name, value) = pair.ok_or(AuthorizationResponseError::Malformed)?;
            if let Some(place) = parameters.place(name)? {
                if place.replace(value).is_some() {
                    return Err(AuthorizationResponseError::Duplicate);
                }
            }
        }
        Ok(parameters)
    }

    /// The place of the parameter `name`, if it has a meaning here.
    fn place(
        &mut self,
        name: FormText<'_>,
    ) -> Result<Option<&mut Option<FormText<'a>>>, AuthorizationResponseError> {
        let places = [
            ("code", &mut self.code),
            ("state", &mut self.state),
            ("iss", &mut self.iss),
            ("error", &mut self.error),
            ("error_description", &mut self.error_description),
        ];
        // Implicit and hybrid parameters, never requested.
        if name == *"id_token" || name == *"access_token" || name == *"response" {
            return Err(AuthorizationResponseError::OtherFlow);
        }
        Ok(places.into_iter().find(|(known, _)| name == **known).map(|(_, place)| place))
    }
}
