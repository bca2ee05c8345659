//! The file of an allowance as `importgate allow` writes it: its name, and its few lines.

use super::{Allowance, Amount, FOLDER};

/// What a file's name may have before its ending, in bytes: systems allow 255.
const LONGEST_NAME: usize = 200;

impl Allowance {
    /// The name of the file of a target and a rule, which is the same whoever accepts it: two that accept the same meet in review.
    pub fn file_name(&self) -> String {
        match &self.to {
            Amount::Name(name) => named(&self.target, &format!("{}-{name}", self.rule)),
            _ => match self.key {
                Some(key) => named(&self.target, &format!("{}-{}", self.rule, key.key())),
                None => named(&self.target, self.rule.as_str()),
            },
        }
    }

    /// The text of the file.
    pub fn render(&self) -> String {
        let mut text = format!(
            "# Accepted for now: one limit, raised to `to`. `importgate help allow` says how it ends; {FOLDER} has them all.\n"
        );
        let mut line = |key: &str, value: &str| text.push_str(&format!("{key} = {value}\n"));
        match self.cause() {
            Some(cause) => line("cause", &quoted(cause)),
            None => line("target", &quoted(&self.target)),
        }
        line("rule", &quoted(self.rule.as_str()));
        if let Some(key) = self.key {
            line("key", &quoted(key.key()));
        }
        if let Some(from) = &self.from {
            line("from", &from.written());
        }
        line("to", &self.to.written());
        line("reason", &quoted(&self.reason));
        if let Some(owner) = &self.owner {
            line("owner", &quoted(owner));
        }
        if let Some(until) = self.until {
            line("until", &until.to_string());
        }
        text
    }
}

/// A name without anything in it that means something to a shell or to a file system.
fn named(target: &str, what: &str) -> String {
    let plain = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
        _ => '-',
    };
    let whole = format!("{target}--{what}");
    let mut name: String = whole.chars().map(plain).take(LONGEST_NAME).collect();
    // A name that begins with a dot is one that is not shown.
    if name.starts_with('.') {
        name.insert(0, '-');
    }
    name + ".toml"
}

/// A basic string of TOML: on one line, whatever the text has in it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::{AllowanceFile, read};
    use super::*;
    use crate::budgets::{BudgetLine, Statistic};
    use crate::checks::Code;
    use crate::observed::Unit;
    use jiff::civil::Date;
    use proptest::prelude::*;

    fn allowance() -> Allowance {
        let line = |line, text: &str| BudgetLine {
            file: "a.toml".to_owned(),
            line: Some(line),
            text: text.to_owned(),
        };
        Allowance {
            target: "shop.cli".to_owned(),
            rule: Code::OverTime,
            key: None,
            from: Some(Amount::Time(10.0)),
            to: Amount::Time(14.2),
            reason: "the new tax tables".to_owned(),
            owner: Some("ada".to_owned()),
            until: Some(Date::constant(2027, 3, 31)),
            line: line(5, "to = \"14.2ms\""),
            until_line: Some(line(8, "until = 2027-03-31")),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = allowance().render();
        assert_eq!(
            written.lines().skip(1).collect::<Vec<_>>(),
            [
                "target = \"shop.cli\"",
                "rule = \"over-time\"",
                "from = \"10ms\"",
                "to = \"14.2ms\"",
                "reason = \"the new tax tables\"",
                "owner = \"ada\"",
                "until = 2027-03-31"
            ]
        );
        let file = AllowanceFile {
            text: &written,
            name: "a.toml",
        };
        assert_eq!(read(&[file]).expect("an allowance"), [allowance()]);
    }

    #[test]
    fn a_name_is_plain_and_says_what_it_is_about() {
        let named = |target| named(target, "over-total-time");
        assert_eq!(named("layer:web"), "layer-web--over-total-time.toml");
        assert_eq!(named("../etc/x"), "-..-etc-x--over-total-time.toml");
        assert!(named(&"é".repeat(4000)).len() < 255);
        let forbidden = Allowance {
            to: Amount::Name("torch".to_owned()),
            rule: Code::Forbidden,
            ..allowance()
        };
        assert_eq!(forbidden.file_name(), "shop.cli--forbidden-torch.toml");
        let of_benchmark = Allowance {
            target: "benchmark:db query".to_owned(),
            key: Some(Statistic::P95),
            from: Some(Amount::quantity_with_room(50.0, Unit::Time, false)),
            to: Amount::quantity_with_room(60.0, Unit::Time, false),
            ..allowance()
        };
        assert_eq!(of_benchmark.file_name(), "benchmark-db-query--over-time-p95.toml");
        let text = of_benchmark.render();
        let file = AllowanceFile {
            text: &text,
            name: "a.toml",
        };
        let read = read(&[file]).expect("an allowance").remove(0);
        assert_eq!(
            (read.key, read.to, read.from),
            (of_benchmark.key, of_benchmark.to, of_benchmark.from)
        );
    }

    proptest! {
        #[test]
        fn any_reason_survives(reason in "\\PC{1,40}[\n\t\u{1}\u{7f}\"\\\\]?x") {
            let written = Allowance { reason: reason.clone(), ..allowance() }.render();
            let file = AllowanceFile { text: &written, name: "a.toml" };
            prop_assert_eq!(&read(&[file]).expect("an allowance")[0].reason, &reason);
        }
    }
}
