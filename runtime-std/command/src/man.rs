//! Man pages, made of the definitions of the arguments.

use std::fs;
use std::path::Path;

use clap::builder::Resettable;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use onerealm::Class;
use serde_json::json;

use crate::arguments::{Arguments, EXIT_STATUSES};
use crate::failure::Failure;
use crate::outcome::Outcome;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A file's name, and its content.
type Page = (String, String);

/// Writes a page for each command; without a directory, gives that of the whole.
pub(crate) fn run(directory: Option<&Path>) -> Result<Outcome, Failure> {
    let pages = pages();
    let Some(directory) = directory else {
        let whole = pages.first().map(|(_, content)| content.as_str());
        return Ok(Outcome::text(whole.unwrap_or_default()));
    };
    for (name, content) in &pages {
        let file = directory.join(name);
        fs::write(&file, content).map_err(|error| {
            let sentence = format!("{} can't be written: {error}", file.display());
            Failure::new("output", sentence, Class::Storage as u8)
                .fixed_by("name a directory that exists")
        })?;
    }
    let names: Vec<_> = pages.iter().map(|(name, _)| name).collect();
    let text = format!("{} man pages are in {}", names.len(), directory.display());
    Ok(Outcome::of(json!({"directory": directory.to_string_lossy(), "pages": names}), text))
}

/// The page of the whole first, then each command's before those of its subcommands.
fn pages() -> Vec<Page> {
    let mut pages = Vec::new();
    add(&whole(), None, &mut pages);
    pages
}

/// Every command below, each with the options of every command.
fn whole() -> Command {
    let mut whole = Arguments::command().disable_help_subcommand(true);
    whole.build();
    whole
}

fn add(command: &Command, parent: Option<&str>, pages: &mut Vec<Page>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(command, parent)));
    for subcommand in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        add(subcommand, Some(name), pages);
    }
}

fn page(command: &Command, parent: Option<&str>) -> String {
    let version = format!("onerealm {VERSION}");
    // What follows the help has a heading of its own here.
    let command = command.clone().after_help(Resettable::Reset);
    let mut text = Vec::new();
    // No date: a page doesn't depend on when it is made. A space, as an empty argument vanishes.
    let page = Man::new(command).date(" ").source(version).manual("onerealm");
    // Writing to a vector cannot fail.
    let _ = page.render(&mut text);
    let statuses = EXIT_STATUSES.strip_prefix("exit status: ").unwrap_or(EXIT_STATUSES);
    let mut end = Roff::new();
    end.control("SH", ["EXIT STATUS"]).text([roman(statuses)]);
    if let Some(parent) = parent {
        end.control("SH", ["SEE ALSO"]).text([roman(format!("{parent}(1)"))]);
    }
    String::from_utf8_lossy(&text).into_owned() + &end.to_roff()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command, with the names of its page and of its parent's.
    fn commands() -> Vec<(String, Option<String>, Command)> {
        let mut commands = vec![("onerealm".to_owned(), None, whole())];
        let mut next = 0;
        while let Some((name, _, command)) = commands.get(next).cloned() {
            next += 1;
            commands.extend(command.get_subcommands().map(|subcommand| {
                let its = format!("{name}-{}", subcommand.get_name());
                (its, Some(name.clone()), subcommand.clone())
            }));
        }
        commands
    }

    /// The page, without the backslashes before hyphens.
    fn page_of(pages: &[Page], name: &str) -> String {
        let file = format!("{name}.1");
        let mut found = pages.iter().filter(|(of, _)| *of == file);
        let (_, content) = found.next().unwrap_or_else(|| panic!("no {file}"));
        assert!(found.next().is_none(), "{file} twice");
        content.replace("\\-", "-")
    }

    #[test]
    fn each_command_has_a_page_with_all_its_options() {
        let (commands, pages) = (commands(), pages());
        assert_eq!(commands.len(), pages.len());
        for (name, _, command) in &commands {
            let page = page_of(&pages, name);
            let title = format!("\n.TH {name} 1 \" \" \"onerealm {VERSION}\" onerealm\n");
            assert!(page.contains(&title), "{name}: {page}");
            for argument in command.get_arguments() {
                let long = argument.get_long().map(|long| format!("--{long}"));
                let short = argument.get_short().map(|short| format!("-{short}"));
                let value = argument.get_value_names().unwrap_or_default().first();
                let value = value.filter(|_| argument.get_action().takes_values());
                for text in [long, short, value.map(ToString::to_string)].into_iter().flatten() {
                    assert!(page.contains(&text), "{name} lacks {text}: {page}");
                }
            }
            for subcommand in command.get_subcommands() {
                let its = format!("{name}-{}(1)", subcommand.get_name());
                assert!(page.contains(&its), "{name} lacks {its}: {page}");
            }
        }
    }

    #[test]
    fn each_page_says_the_exit_statuses_and_where_to_read_on() {
        let pages = pages();
        for (name, parent, _) in commands() {
            let page = page_of(&pages, &name);
            assert!(page.contains(".SH \"EXIT STATUS\"\n0 done"), "{name}: {page}");
            assert!(page.contains("130 interrupted") && !page.contains("EXTRA"), "{name}: {page}");
            let see_also = page.split_once(".SH \"SEE ALSO\"\n").map(|(_, text)| text.trim_end());
            assert_eq!(see_also, parent.map(|name| format!("{name}(1)")).as_deref(), "{name}");
        }
    }
}
