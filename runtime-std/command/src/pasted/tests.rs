use super::*;

const URL: &str =
    "http://127.0.0.1:51004/callback?code=c0.AX_-de%2B&state=St4te-_&iss=https%3A%2F%2Fi";
const QUERY: &str = "code=c0.AX_-de%2B&state=St4te-_&iss=https%3A%2F%2Fi";

fn url(text: &str) -> Result<Pasted, Unreadable> {
    Ok(Pasted::Url(Zeroizing::new(text.to_owned())))
}

fn query(text: &str) -> Result<Pasted, Unreadable> {
    Ok(Pasted::Query(Zeroizing::new(text.to_owned())))
}

#[test]
fn an_address_and_its_query_are_read_as_they_are() {
    assert_eq!(Pasted::read(URL), url(URL));
    assert_eq!(Pasted::read(QUERY), query(QUERY));
    assert_eq!(Pasted::read(&format!("?{QUERY}")), query(QUERY));
    for other in ["com.example.app:/callback?code=c&state=s", "https://h/?state=s&code=c#frag"] {
        assert_eq!(Pasted::read(other), url(other));
    }
    let without_scheme = URL.strip_prefix("http://").unwrap();
    assert_eq!(Pasted::read(without_scheme), url(URL));
    assert_eq!(
        Pasted::read("localhost/cb?code=c&state=s"),
        url("http://localhost/cb?code=c&state=s")
    );
}

#[test]
fn quotes_and_white_space_around_it_are_left_out() {
    for (before, after) in [
        ("\"", "\""),
        ("'", "'"),
        ("`", "`"),
        ("<", ">"),
        ("“", "”"),
        ("„", "“"),
        ("‘", "’"),
        ("«", "»"),
        ("  ", "\t \r\n"),
        ("\n\n", "\n"),
        (" <\"", "\"> "),
        ("' ", " '"),
        ("\u{feff}", "\u{a0}"),
        ("\u{1b}[200~", "\u{1b}[201~"),
        ("\u{1b}[200~\"", "\"\n\u{1b}[201~\n"),
    ] {
        assert_eq!(Pasted::read(&format!("{before}{URL}{after}")), url(URL), "{before:?}");
        assert_eq!(Pasted::read(&format!("{before}?{QUERY}{after}")), query(QUERY), "{before:?}");
        assert_eq!(Pasted::read(&format!("{before}{QUERY}{after}")), query(QUERY), "{before:?}");
    }
    let ends_with_one = "http://h/?code=c&state=s'";
    assert_eq!(Pasted::read(ends_with_one), url(ends_with_one), "it may be part of the value");
}

#[test]
fn a_wrapped_address_is_joined_wherever_it_was_broken() {
    let breaks = ["\n", "\r\n", " ", "\n    ", "  \n", "\n\n", "\u{200b}", "\u{2028}", "\u{ad}"];
    for text in [URL, QUERY] {
        let expected = Pasted::read(text);
        // A break before the scheme's or the first parameter's end leaves nothing that begins like an address.
        let first = text.find(['/', '=']).unwrap() + 1;
        for at in first..text.len() {
            for broken in breaks {
                let (before, after) = text.split_at(at);
                let wrapped = format!("{before}{broken}{after}");
                assert_eq!(Pasted::read(&wrapped), expected, "{wrapped:?}");
                let quoted = format!("\"{before}{broken}{after}\"\n");
                assert_eq!(Pasted::read(&quoted), expected, "{quoted:?}");
            }
        }
    }
    let lines: Vec<_> =
        URL.as_bytes().chunks(20).map(|c| std::str::from_utf8(c).unwrap()).collect();
    assert_eq!(Pasted::read(&lines.join("\n")), url(URL));
    let raw = "http://127.0.0.1/cb?code=c&state=s&iss=\nhttps://login.example/t";
    assert_eq!(Pasted::read(raw), url(&raw.replace('\n', "")), "the value of iss");
}

#[test]
fn the_source_of_a_mail_is_decoded_only_where_all_of_it_is_so() {
    let mail = "http://127.0.0.1:51004/callback?code=3Dc0.AX_-de%2B&state=3DSt=\n4te-_&iss=3Dhttps%3A=\r\n%2F%2Fi";
    assert_eq!(Pasted::read(mail), url(URL));
    let wrapped = "http://h/?code=3Dx&state=\n3Dabc";
    assert_eq!(Pasted::read(wrapped), url("http://h/?code=3Dx&state=3Dabc"));
    let wrapped = "http://h/?code=\nDx&state=3Dabc";
    assert_eq!(Pasted::read(wrapped), url("http://h/?code=Dx&state=3Dabc"));
    let on_one_line = "http://h/?code=3Dx&state=3Dabc";
    assert_eq!(Pasted::read(on_one_line), url(on_one_line));
}

#[test]
fn backslashes_of_a_shell_and_escapes_of_html_are_undone() {
    let expected = url("http://h/cb?code=c&state=s");
    assert_eq!(Pasted::read(r"http://h/cb\?code\=c\&state\=s"), expected);
    assert_eq!(Pasted::read("http://h/cb?code=c&amp;state=s"), expected);
    let not_of_a_shell = r"code=c\&state=s";
    assert_eq!(Pasted::read(not_of_a_shell), query(not_of_a_shell));
    let has_both = "http://h/cb?code=c&amp;state=x&state=s";
    assert_eq!(Pasted::read(has_both), url(has_both), "what is a response stays as it is");
}

#[test]
fn what_begins_like_no_address_is_none() {
    for text in [
        "",
        "  \n ",
        "\"\"",
        "something else",
        "exit",
        "see http://127.0.0.1/callback?code=c&state=s",
        "something else\nhttp://127.0.0.1/callback?code=c&state=s",
        "=",
        "?",
        "?=x",
        "c0de",
        "-code=c",
        "code c=d&state=s",
        "\u{1b}[Acode=c&state=s",
    ] {
        let read = Pasted::read(text);
        let is_none = matches!(read, Err(Unreadable::NoAddress))
            || read.as_ref().is_ok_and(|pasted| pasted.response().is_err());
        assert!(is_none, "{text:?}: {read:?}");
    }
}

#[test]
fn two_addresses_are_not_joined() {
    for between in [" ", "\n", "\r\n\r\n"] {
        let twice = format!("{URL}{between}{URL}");
        assert_eq!(Pasted::read(&twice), Err(Unreadable::Several));
    }
}

#[test]
fn what_the_core_refuses_stays_refused() {
    for text in [
        "http://h/?code=c&state=s&state=s",
        "http://h/?code=c&state=s&code=d",
        "code=c&state=s&error=e",
        "code=c&state=s&id_token=t",
        "code=%zz&state=s",
        "code=c\u{1}&state=s",
        "code=ä&state=s",
        "co\nde=c&state=s&code=d",
        "code=c&state=s&\nstate=s",
    ] {
        let read = Pasted::read(text);
        assert!(read.is_err() || read.unwrap().response().is_err(), "{text:?}");
    }
}

#[test]
fn a_response_as_it_is_stays_as_it_is() {
    // Marks inside are nobody's quotation marks.
    for text in ["code='c'&state=\"s\"", "code=<c>&state=(s)", "http://h/?code=c&state=\\&iss=`"] {
        assert_eq!(Pasted::read(text).unwrap().query(), text.trim_start_matches("http://h/?"));
    }
}

#[test]
fn what_a_shell_cut_off_is_recognised() {
    for (text, is_cut) in [
        ("http://127.0.0.1/callback?code=c", true),
        ("?state=s", true),
        ("code=c", true),
        ("http://h/?code=c&iss=i", true),
        ("http://h/?code=c&state=", true),
        (URL, false),
        ("http://h/", false),
        ("http://h/?error=e", false),
        ("http://h/?error=e&state=s", false),
        ("http://h/?state=s&x=y", false),
    ] {
        assert_eq!(Pasted::read(text).unwrap().is_cut(), is_cut, "{text}");
    }
}
