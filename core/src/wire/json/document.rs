//! Reading a document of the protocol into the struct of its members.
//!
//! The struct's fields say which members are looked for, and they are found while the document is
//! checked, or while an array is walked. Then they are given to the struct in the fields' order, as
//! a sequence, so that no name is looked at twice. Nothing is given of a document that is refused.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::check::{Json, Wanted};
use super::problem::{JsonError, JsonProblem};
use super::string::JsonStr;
use super::value::{Object, Value, next_member, next_value, step_over_comma, trim};

/// Checks a document, and reads the members of its outermost object that `T` has fields for.
///
/// Of a document that is something else than an object, there is no member. `scratch` is as in
/// [`Json::parse_with_scratch`].
pub(crate) fn read<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    scratch: Option<&mut [u32]>,
) -> Result<(Json<'a>, Result<T, WrongMember>), JsonError> {
    let mut checked = Err(JsonError { problem: JsonProblem::Truncated, at: 0 });
    let members = T::deserialize(Members(|wanted: Wanted<'_, 'a>| {
        checked = Json::check(bytes, wanted, scratch);
        checked.is_ok()
    }));
    Ok((checked?, members))
}

/// Reads the item that `rest` begins with into the struct of its members, and takes it off with the
/// comma behind it; none where `rest` is empty. It looks into an object without looking for its end
/// first.
pub(crate) fn next_item<'a, T: Deserialize<'a>>(
    rest: &mut &'a str,
) -> Option<Result<T, WrongMember>> {
    (!rest.is_empty()).then(|| T::deserialize(Members(|wanted: Wanted<'_, 'a>| step(rest, wanted))))
}

/// Reads the members of an object into a struct.
pub(crate) fn members<'a, T: Deserialize<'a>>(object: Object<'a>) -> Result<T, WrongMember> {
    T::deserialize(Members(|wanted: Wanted<'_, 'a>| step(&mut object.text(), wanted)))
}

/// Steps over an item with the comma behind it, and finds members in it; only objects have any.
fn step<'a>(rest: &mut &'a str, mut wanted: Wanted<'_, 'a>) -> bool {
    let Some(members) = rest.strip_prefix('{') else {
        // What was checked has a value here.
        return next_value(rest).is_some() || core::mem::take(rest).is_empty();
    };
    let mut inside = trim(members);
    while let Some((name, value)) = next_member(&mut inside) {
        wanted.keep(name.raw(), value);
    }
    *rest = step_over_comma(inside.strip_prefix('}').unwrap_or_default());
    true
}

/// The members of an object, which its function finds; it says whether there is an object to read.
struct Members<F>(F);

/// No struct of the protocol has more fields.
const FIELDS: usize = 12;

impl<'a, F: FnOnce(Wanted<'_, 'a>) -> bool> Deserializer<'a> for Members<F> {
    type Error = WrongMember;

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, WrongMember> {
        let mut values = [None; FIELDS];
        let values = values.get_mut(..names.len()).ok_or(WrongMember)?;
        if !self.0(Wanted { names, values }) {
            return Err(WrongMember);
        }
        visitor.visit_seq(Found(values.iter()))
    }

    fn deserialize_any<V: Visitor<'a>>(self, _: V) -> Result<V::Value, WrongMember> {
        Err(WrongMember)
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The texts of the members' values, in the order of the fields.
struct Found<'v, 'a>(core::slice::Iter<'v, Option<&'a str>>);

impl<'a> SeqAccess<'a> for Found<'_, 'a> {
    type Error = WrongMember;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, WrongMember> {
        self.0.next().map(|value| seed.deserialize(Field(*value))).transpose()
    }
}

/// The text of a member's value, if there is one.
struct Field<'a>(Option<&'a str>);

impl<'a> Deserializer<'a> for Field<'a> {
    type Error = WrongMember;

    /// A member that is `null` is none, as one that is not there.
    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, WrongMember> {
        match self.0 {
            None | Some("null") => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, WrongMember> {
        match self.0 {
            Some("true") => visitor.visit_bool(true),
            Some("false") => visitor.visit_bool(false),
            _ => Err(WrongMember),
        }
    }

    /// For [`Member`] and [`Text`], which take the text as it is.
    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, WrongMember> {
        match self.0 {
            Some(text) => visitor.visit_borrowed_str(text),
            None => visitor.visit_none(),
        }
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct newtype_struct seq tuple tuple_struct struct map enum identifier ignored_any
    }
}

/// A member of any type, `null` too, or none.
///
/// Like [`Text`], it is for structs that are read here, and no other deserializer ever sees one.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a>(Option<&'a str>);

impl<'a> Member<'a> {
    /// Whether the member is there, if only as `null`.
    pub(crate) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// The value, if the member is there.
    pub(crate) fn value(self) -> Option<Value<'a>> {
        self.0.map(Value::of)
    }

    /// The member, where `null` is none.
    pub(crate) fn unless_null(self) -> Self {
        Member(self.0.filter(|text| *text != "null"))
    }

    /// The string, where it is one.
    pub(crate) fn as_str(self) -> Option<JsonStr<'a>> {
        self.value().and_then(Value::as_str)
    }

    /// The string that an optional member is, `None` also where it is `null`.
    pub(crate) fn optional_str(self) -> Result<Option<JsonStr<'a>>, WrongMember> {
        match self.value() {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(WrongMember),
        }
    }

    /// The string that a member must be.
    pub(crate) fn required_str(self) -> Result<JsonStr<'a>, WrongMember> {
        self.optional_str()?.ok_or(WrongMember)
    }
}

/// A member that is a string.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a>(pub(crate) JsonStr<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Member<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AsItIs(PhantomData)).map(Member)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let string = Member::deserialize(deserializer)?.as_str();
        string.map(Text).ok_or_else(|| de::Error::custom(""))
    }
}

/// Takes what [`Field`] gives.
struct AsItIs<'a>(PhantomData<&'a str>);

impl<'de: 'a, 'a> Visitor<'de> for AsItIs<'a> {
    type Value = Option<&'a str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(text))
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A member that is needed is missing, or one has another type than it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongMember;

impl fmt::Display for WrongMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member is missing or has another type")
    }
}

impl core::error::Error for WrongMember {}

/// Which member and which type is not told: messages are made in vain here.
impl de::Error for WrongMember {
    fn custom<T: fmt::Display>(_: T) -> Self {
        WrongMember
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        WrongMember
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        WrongMember
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::value::Array;
    use super::*;

    #[derive(Deserialize)]
    struct Two<'a> {
        #[serde(borrow)]
        a: Member<'a>,
        b: Member<'a>,
    }

    #[derive(Deserialize)]
    struct Typed<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        optional: Option<Text<'a>>,
        flag: Option<bool>,
    }

    fn items<'a, T: Deserialize<'a>>(
        array: Array<'a>,
    ) -> impl Iterator<Item = Result<T, WrongMember>> {
        let mut rest = array.inside();
        core::iter::from_fn(move || next_item(&mut rest))
    }

    fn typed(text: &str) -> Option<(&str, Option<&str>, Option<bool>)> {
        let (_, document) = read::<Typed<'_>>(text.as_bytes(), None).unwrap();
        let Typed { text, optional, flag } = document.ok()?;
        Some((text.0.raw(), optional.map(|text| text.0.raw()), flag))
    }

    #[test]
    fn a_struct_says_which_types_its_members_have() {
        for (text, expected) in [
            (r#"{"text":"a\/","optional":"b","flag":true}"#, Some((r"a\/", Some("b"), Some(true)))),
            (r#"{"flag":false,"x":{"text":1},"text":""}"#, Some(("", None, Some(false)))),
            (r#"{"text":"a","optional":null,"flag":null}"#, Some(("a", None, None))),
            (r#"{"text":null}"#, None),
            (r#"{"text":["a"]}"#, None),
            (r#"{"optional":"a"}"#, None),
            (r#"{"text":"a","optional":1}"#, None),
            (r#"{"text":"a","flag":"true"}"#, None),
            (r#"{"text":"a","flag":0}"#, None),
            (r#"["a","b",true]"#, None),
            (r#""text""#, None),
        ] {
            assert_eq!(typed(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_is_read_of_a_document_that_is_refused() {
        for text in [r#"{"a":1,"a":2}"#, r#"{"a":1}{"#, r#"{"a":1"#, r#"{"a":1,"b":@}"#] {
            assert!(read::<Two<'_>>(text.as_bytes(), None).is_err(), "{text}");
        }
        let (json, two) = read::<Two<'_>>(br#" {"b":null} "#, None).unwrap();
        let two = two.unwrap();
        assert_eq!(
            (json.text(), two.a.is_there(), two.b.is_there()),
            (r#"{"b":null}"#, false, true)
        );
    }

    #[test]
    fn items_are_read_one_by_one_whatever_stands_between_them() {
        let text = br#"[ {"a" : "x" , "b":{"a":1}} , 7,"a",[{"a":2}], { } ,{"c":[1,2],"a":null}]"#;
        let Value::Array(array) = Json::parse(text).unwrap().value() else { panic!("an array") };
        let found = items::<Two<'_>>(array)
            .map(|two| two.map(|Two { a, b }| [a, b].map(|member| member.value().map(Value::text))))
            .collect::<Result<Vec<_>, _>>();
        let object = [Some("x"), Some(r#"{"a":1}"#)];
        let none = [None; 2];
        assert_eq!(found, Ok(vec![object, none, none, none, none, [Some("null"), None]]));
        let texts = Json::parse(br#"[{"text":"a"},{"text":1},3]"#).unwrap();
        let Value::Array(array) = texts.value() else { panic!("an array") };
        let found: Vec<_> = items::<Typed<'_>>(array).map(|typed| typed.is_ok()).collect();
        assert_eq!(found, [true, false, false]);
        let Value::Array(array) = Json::parse(b"[ ]").unwrap().value() else { panic!("an array") };
        assert_eq!(items::<Two<'_>>(array).count(), 0);
    }

    #[test]
    fn an_optional_string_is_absent_or_null_or_a_string() {
        let read = |text| Member(Some(Json::parse(text).unwrap().text()));
        assert!(read(br#""x""#).optional_str().ok().flatten().is_some_and(|text| text == *"x"));
        for absent in [Member(None), read(b"null")] {
            assert!(absent.optional_str().is_ok_and(|text| text.is_none()));
            assert!(absent.required_str().is_err());
        }
        assert!(read(b"1").optional_str().is_err());
    }
}
