//! What passes the border: texts, references, errors and panics.

use std::any::Any;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context as _, Result, anyhow};

/// What `run` returns; or nothing, and its error or panic as a text in `error`, if the caller wants it.
pub(crate) fn out<T>(
    error: Option<&mut *mut c_char>,
    run: impl FnOnce() -> Result<T>,
) -> Option<T> {
    // What a panic leaves behind is the state of a call that failed: nothing of it is used again.
    let outcome = catch_unwind(AssertUnwindSafe(|| run().map_err(|error| error.to_string())));
    let failure = match outcome {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(failure)) => failure,
        Err(panic) => {
            let failure = format!("panic: {}", words(&*panic));
            // To drop it may panic again.
            std::mem::forget(panic);
            failure
        }
    };
    if let Some(error) = error {
        *error = into_text(failure.replace('\0', " ")).unwrap_or(std::ptr::null_mut());
    }
    None
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// The text at a pointer, for as long as the pointer itself is borrowed.
///
/// # Safety
///
/// It is null, or NUL-terminated, readable and unchanged while it is borrowed.
pub(crate) unsafe fn text(pointer: &*const c_char) -> Result<&str> {
    if pointer.is_null() {
        return Err(anyhow!("a text is null"));
    }
    // SAFETY: it is not null, and the rest says the caller.
    let text = unsafe { CStr::from_ptr(*pointer) };
    text.to_str().context("a text is not UTF-8")
}

/// The value at a pointer, for as long as the pointer itself is borrowed.
///
/// # Safety
///
/// It is null, or a `T` that nobody changes or drops while it is borrowed.
pub(crate) unsafe fn as_ref<T>(pointer: &*const T) -> Result<&T> {
    // SAFETY: says the caller.
    unsafe { pointer.as_ref() }.context("the object is null")
}

/// A text for C, to be taken back by [`freed_text`].
pub(crate) fn into_text(text: String) -> Result<*mut c_char> {
    Ok(CString::new(text).context("a text has a NUL in it")?.into_raw())
}

/// Takes such a text back.
///
/// # Safety
///
/// It was made by [`into_text`], its length is unchanged, and it is not used again.
pub(crate) unsafe fn freed_text(text: *mut c_char) -> CString {
    // SAFETY: says the caller.
    unsafe { CString::from_raw(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(run: impl FnOnce() -> Result<()>) -> String {
        let mut error = std::ptr::null_mut();
        assert!(out(Some(&mut error), run).is_none());
        // SAFETY: `out` put a text there.
        unsafe { freed_text(error) }.into_string().unwrap()
    }

    #[test]
    fn an_error_and_a_panic_are_texts() {
        assert_eq!(failure(|| Err(anyhow!("why"))), "why");
        assert_eq!(failure(|| Err(anyhow!("w\0hy"))), "w hy");
        assert_eq!(failure(|| panic!("wh{}", 'y')), "panic: why");
        assert_eq!(failure(|| panic!("why")), "panic: why");
        assert_eq!(failure(|| std::panic::panic_any(7)), "panic: no text");
    }

    #[test]
    fn an_error_that_nobody_wants_is_lost() {
        assert!(out(None, || Err::<(), _>(anyhow!("why"))).is_none());
    }

    #[test]
    fn a_panic_whose_drop_panics_is_a_text_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        assert_eq!(failure(|| std::panic::panic_any(Bomb)), "panic: no text");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let bytes = c"\xff".as_ptr();
        // SAFETY: a literal.
        assert!(unsafe { text(&bytes) }.is_err());
        // SAFETY: null.
        assert!(unsafe { text(&std::ptr::null()) }.is_err());
        // SAFETY: null.
        assert!(unsafe { as_ref::<u8>(&std::ptr::null()) }.is_err());
    }

    #[test]
    fn a_text_goes_out_and_comes_back() {
        let out = into_text("grün".to_owned()).unwrap().cast_const();
        // SAFETY: made above, and freed below.
        assert_eq!(unsafe { text(&out) }.unwrap(), "grün");
        // SAFETY: made above.
        assert_eq!(unsafe { freed_text(out.cast_mut()) }.as_bytes(), "grün".as_bytes());
        assert!(into_text("a\0b".to_owned()).is_err());
    }
}
