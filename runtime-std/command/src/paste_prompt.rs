//! What becomes of the lines that an end user pastes: the callback, or a sentence on what is wrong with them.

use onerealm::ProviderWords;
use onerealm_core::PendingKey;
use zeroize::Zeroizing;

use crate::lines::{LINE_LEN, Line};
use crate::pasted::{Pasted, Unreadable};

/// How many lines are kept to be joined, and how many bytes.
const KEPT_LINES: usize = 256;
const KEPT_BYTES: usize = LINE_LEN;
/// How many bytes are looked at, in all ways to join the lines, until they are given up.
const LOOKED_AT: usize = 16 * LINE_LEN;
/// How many of the lines, the newest, get a second chance then.
const NEWEST: usize = 16;

/// The lines so far.
pub(crate) struct PastePrompt {
    key: PendingKey,
    kept: Vec<Zeroizing<String>>,
    has_news: bool,
}

/// What is said of lines that don't hold the callback.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Complaint(pub(crate) String);

impl Complaint {
    fn new(sentence: &str) -> Self {
        Complaint(format!("{sentence} Paste the whole address that your browser ended at:"))
    }
}

impl PastePrompt {
    /// For the callback with the state of `key`.
    pub(crate) fn new(key: PendingKey) -> Self {
        PastePrompt { key, kept: Vec::new(), has_news: false }
    }

    /// Takes a line. What it means is known when no other follows at once.
    pub(crate) fn take(&mut self, line: Line) -> Option<Complaint> {
        match line {
            Line::Text(text) => {
                self.kept.push(text);
                self.has_news = true;
                let bytes = |kept: &[Zeroizing<String>]| kept.iter().map(|line| line.len()).sum();
                while self.kept.len() > KEPT_LINES || KEPT_BYTES < bytes(&self.kept) {
                    self.kept.remove(0);
                }
                None
            }
            Line::TooLong => Some(Complaint::new(&format!(
                "That line is longer than {LINE_LEN} bytes, and was thrown away."
            ))),
            Line::NotUtf8 => Some(Complaint::new("That line is not UTF-8, and was thrown away.")),
        }
    }

    /// Whether lines came that nothing was said of yet.
    pub(crate) fn has_news(&self) -> bool {
        self.has_news
    }

    /// The callback in the lines so far, which no other follows at once.
    ///
    /// Lines that came together are one address that was wrapped, if they can be: it may be
    /// complete enough without the last of them, and still be another.
    pub(crate) fn settle(&mut self) -> Result<Pasted, Complaint> {
        self.has_news = false;
        let settled = self.settled().or_else(|| {
            let older = self.kept.len().saturating_sub(NEWEST);
            self.kept.drain(..older);
            self.settled()
        });
        settled.unwrap_or_else(|| {
            self.kept.clear();
            Err(Wrong::NoAddress.complaint())
        })
    }

    /// The same; nothing if there are too many ways to join the lines.
    fn settled(&mut self) -> Option<Result<Pasted, Complaint>> {
        let len = self.kept.len();
        let mut verdict = None;
        let mut looked_at = 0;
        for first in 0..len {
            if !self.kept.get(first).is_some_and(|line| Pasted::may_begin(line)) {
                continue;
            }
            for end in (first + 1..=len).rev() {
                let text = joined(self.kept.get(first..end).unwrap_or_default());
                looked_at += text.len();
                if looked_at > LOOKED_AT {
                    return None;
                }
                match self.read(&text) {
                    Ok(pasted) => {
                        self.kept.clear();
                        return Some(Ok(pasted));
                    }
                    Err(error) if end == len && error.outranks(verdict.as_ref()) => {
                        verdict = Some(error);
                    }
                    Err(_) => {}
                }
            }
        }
        let verdict = verdict.unwrap_or(Wrong::NoAddress);
        // More may follow that makes one of it.
        if !matches!(verdict, Wrong::NoAddress | Wrong::Incomplete(_)) {
            self.kept.clear();
        }
        Some(Err(verdict.complaint()))
    }

    fn read(&self, text: &str) -> Result<Pasted, Wrong> {
        let pasted = Pasted::read(text).map_err(|error| match error {
            Unreadable::NoAddress => Wrong::NoAddress,
            Unreadable::Several => Wrong::Several,
        })?;
        match pasted.response() {
            Ok(response) if response.key() == self.key => Ok(pasted),
            Ok(_) => Err(Wrong::OtherLogin),
            Err(error) => Err(match ProviderWords::unverified(pasted.query()) {
                Some(words) => Wrong::Unverified(words),
                None => Wrong::Incomplete(error.code()),
            }),
        }
    }
}

fn joined(lines: &[Zeroizing<String>]) -> Zeroizing<String> {
    let len = lines.iter().map(|line| line.len() + 1).sum();
    let mut text = Zeroizing::new(String::with_capacity(len));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What is wrong with lines.
enum Wrong {
    NoAddress,
    Several,
    OtherLogin,
    Unverified(ProviderWords),
    Incomplete(&'static str),
}

impl Wrong {
    fn outranks(&self, other: Option<&Wrong>) -> bool {
        matches!((self, other), (_, None) | (_, Some(Wrong::NoAddress)))
    }

    fn complaint(&self) -> Complaint {
        Complaint::new(&match self {
            Wrong::NoAddress => "That is no address.".to_owned(),
            Wrong::Several => "These are several addresses.".to_owned(),
            Wrong::OtherLogin => "That address is of another login.".to_owned(),
            Wrong::Unverified(words) => format!(
                "That address has no state, so nobody knows whose it is; unverified, it says: {words}."
            ),
            Wrong::Incomplete(code) => format!("That is not all of it ({code})."),
        })
    }
}

#[cfg(test)]
mod tests {
    use onerealm_core::AuthorizationResponse;

    use super::*;

    const URL: &str = "http://127.0.0.1:1/callback?state=St4te&code=c0de-c0de-c0de&iss=i";

    fn prompt() -> PastePrompt {
        PastePrompt::new(AuthorizationResponse::from_url(URL).unwrap().key())
    }

    fn paste(prompt: &mut PastePrompt, text: &str) -> Result<String, Complaint> {
        for line in text.lines() {
            prompt.take(Line::Text(Zeroizing::new(line.to_owned())));
        }
        assert!(prompt.has_news());
        let settled = prompt.settle();
        assert!(!prompt.has_news());
        settled.map(|pasted| match pasted {
            Pasted::Url(text) | Pasted::Query(text) => text.to_string(),
        })
    }

    #[test]
    fn a_wrapped_address_is_not_taken_without_its_end() {
        for at in 10..URL.len() {
            let (before, after) = URL.split_at(at);
            let pasted = paste(&mut prompt(), &format!("{before}\n{after}\n"));
            assert_eq!(pasted.as_deref(), Ok(URL), "{at}");
        }
    }

    #[test]
    fn lines_before_and_after_the_address_are_left_out() {
        for text in [
            format!("something else\n{URL}"),
            format!("code=c&state=x\n{URL}"),
            format!("http://127.0.0.1:1/callback?code=c&state=x\n{URL}"),
            format!("{URL}\nhttp://127.0.0.1:1/callback?code=c&state=x"),
            format!("{URL}\n{URL}"),
        ] {
            assert_eq!(paste(&mut prompt(), &text).as_deref(), Ok(URL), "{text}");
        }
    }

    #[test]
    fn pieces_that_are_pasted_one_by_one_are_joined() {
        let mut prompt = prompt();
        let (first, rest) = URL.split_at(30);
        let (second, third) = rest.split_at(10);
        assert!(paste(&mut prompt, first).unwrap_err().0.contains("not all of it"));
        paste(&mut prompt, second).unwrap_err();
        assert_eq!(paste(&mut prompt, third).as_deref(), Ok(URL));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, words) in [
            ("something else", "no address"),
            ("code=c&state=another", "another login"),
            ("http://h/?code=c", "not all of it (state_missing)"),
            ("http://h/?code=c http://h/?code=c", "several"),
            (
                "http://h/?error=bad&error_description=%1b%5B31m",
                r"unverified, it says: bad: \u{1b}[31m",
            ),
        ] {
            let Complaint(said) = paste(&mut prompt(), text).unwrap_err();
            assert!(said.contains(words), "{said}");
        }
    }

    #[test]
    fn lines_that_could_each_begin_an_address_are_given_up_soon() {
        for len in [1, 250] {
            let mut prompt = prompt();
            let began = std::time::Instant::now();
            let lines = format!("a={}\n", "b".repeat(len)).repeat(KEPT_LINES);
            paste(&mut prompt, &lines).unwrap_err();
            assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
            assert_eq!(paste(&mut prompt, URL).as_deref(), Ok(URL));
            assert_eq!(paste(&mut prompt, &(lines + URL)).as_deref(), Ok(URL));
        }
    }

    #[test]
    fn case_194_what_is_kept_is_bounded() {
        let mut prompt = prompt();
        for line in [Line::TooLong, Line::NotUtf8] {
            assert!(prompt.take(line).is_some() && !prompt.has_news());
        }
        for _ in 0..1000 {
            prompt.take(Line::Text(Zeroizing::new("x".repeat(10_000))));
        }
        assert!(prompt.kept.len() <= 6);
        assert_eq!(paste(&mut prompt, URL).as_deref(), Ok(URL));
    }
}
