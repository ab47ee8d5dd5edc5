// The edit window in short.
use std::rc::Rc;

use crate::stand_in::pwt::{Checkbox, Combobox, Field, InputPanel, InputType, tr};

pub const DELETED_WHEN_EMPTY: &[&str] = &[
            "audiences",
//@ delete-empty
];

pub fn render_input_form() -> InputPanel {
//@ items
    InputPanel::new()
        .with_large_advanced_field(tr!("Audiences"), Field::new().name("audiences"))
//@ fields
}
