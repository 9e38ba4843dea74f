//! What a sentence of the program says to type is a command: one said `meterbook history`, which never was.

use clap::CommandFactory;

use super::Cli;

/// What a sentence says to type, up to where it is no command any more: `ledger close-day`.
fn named(said: &str) -> Result<(), String> {
    let mut command = Cli::command();
    for (nth, word) in said.split(' ').enumerate() {
        let word = word.trim_end_matches([';', ',', '.', ':', ')', '"', '`']);
        let is_name =
            !word.is_empty() && word.chars().all(|it| it.is_ascii_lowercase() || it == '-');
        let subs = command.has_subcommands();
        if !is_name || word.starts_with('-') || !subs {
            return if nth == 0 { Err("names no command".to_owned()) } else { Ok(()) };
        }
        command = match command.find_subcommand(word) {
            Some(sub) => sub.clone(),
            None => return Err(format!("there is no {word}")),
        };
        // What ends the command ends the sentence about it.
        if said.split(' ').nth(nth).is_some_and(|it| it != word) {
            return Ok(());
        }
    }
    Ok(())
}

fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for it in std::fs::read_dir(folder).unwrap() {
        let path = it.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_a_refusal_says_to_type_is_there() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let mut files = Vec::new();
    for of in ["app/src", "core/src", "web/src", "store/src", "meterbook/src"] {
        sources(&crates.join(of), &mut files);
    }
    // What is filled in or goes on in the next line is no word yet.
    let is_typed = |said: &str| said.starts_with(|it: char| it.is_ascii_lowercase());
    let (mut wrong, mut many) = (Vec::new(), 0);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for said in text.split(": meterbook ").skip(1).filter(|it| is_typed(it)) {
            many += 1;
            let said = said.lines().next().unwrap();
            if let Err(why) = named(said) {
                wrong.push(format!("{}: meterbook {said}: {why}", file.display()));
            }
        }
    }
    assert!(100 < many && wrong.is_empty(), "{many}: {wrong:#?}");
}
