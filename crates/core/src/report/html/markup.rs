//! Writes markup. Names of elements and attributes are constants of this program, and whatever else is written passes through
//! [`untrusted::html`], so that no text can become an element, end an attribute, or be taken for anything but text.

use super::super::untrusted;

/// Elements that a line break stands behind, so that the document has lines. Behind others it would be read as a space, or be one
/// more node of a page that has many.
const LINES: [&str; 24] = [
    "article", "dd", "details", "div", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "li", "link",
    "main", "meta", "ol", "p", "pre", "section", "summary", "table", "tr",
];

/// A document, or a part of one.
#[derive(Debug, Default)]
pub(super) struct Html {
    text: String,
}

/// The start of an element: its name and its attributes.
#[derive(Debug)]
pub(super) struct Tag {
    name: &'static str,
    attributes: String,
}

impl From<&'static str> for Tag {
    fn from(name: &'static str) -> Self {
        Self {
            name,
            attributes: String::new(),
        }
    }
}

impl Tag {
    /// An element of a class.
    pub(super) fn of_class(name: &'static str, class: &str) -> Self {
        Self::from(name).with("class", class)
    }

    /// With an attribute.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        let value = untrusted::html(value);
        self.attributes.push_str(&format!(" {name}=\"{value}\""));
        self
    }

    /// With an attribute that is a number, to a tenth: of a length on the screen, nobody sees more.
    pub(super) fn with_number(self, name: &'static str, value: f64) -> Self {
        self.with(name, &tenths(value))
    }

    /// With an attribute that is a part of the width, in percent.
    pub(super) fn with_share(self, name: &'static str, share: f64) -> Self {
        self.with(name, &format!("{}%", tenths(share * 100.0)))
    }

    /// With an attribute where its value is known.
    pub(super) fn with_known(self, name: &'static str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with(name, &value),
            None => self,
        }
    }

    /// With an attribute that has no value, where `is_set`.
    pub(super) fn with_flag(mut self, name: &'static str, is_set: bool) -> Self {
        if is_set {
            self.attributes.push_str(&format!(" {name}"));
        }
        self
    }
}

impl Html {
    /// An element with what `content` writes into it.
    pub(super) fn element(&mut self, tag: impl Into<Tag>, content: impl FnOnce(&mut Self)) {
        let Tag { name, attributes } = tag.into();
        self.text.push_str(&format!("<{name}{attributes}>"));
        content(self);
        self.text.push_str(&format!("</{name}>"));
        self.end_line(name);
    }

    /// An element with text alone.
    pub(super) fn leaf(&mut self, tag: impl Into<Tag>, text: &str) {
        self.element(tag, |html| html.text(text));
    }

    /// An element with text in which names stand between backticks.
    pub(super) fn prose_in(&mut self, tag: impl Into<Tag>, text: &str) {
        self.element(tag, |html| html.prose(text));
    }

    /// An element that has no content, as `meta` and the shapes of a picture.
    pub(super) fn void(&mut self, tag: impl Into<Tag>) {
        let Tag { name, attributes } = tag.into();
        self.text.push_str(&format!("<{name}{attributes}/>"));
        self.end_line(name);
    }

    /// Text, of which nothing acts.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(&untrusted::html(text));
    }

    /// Text in which what stands between backticks is code; where they do not come in pairs, they are text as well.
    pub(super) fn prose(&mut self, text: &str) {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (index, part) in parts.into_iter().enumerate() {
            match index % 2 {
                0 => self.text(part),
                _ => self.leaf("code", part),
            }
        }
    }

    /// What this program itself has written: a style sheet, a script.
    pub(super) fn verbatim(&mut self, text: &'static str) {
        self.text.push_str(text);
    }

    /// A break within the lines of a `pre`.
    pub(super) fn line_break(&mut self) {
        self.text.push('\n');
    }

    /// Another part, at its end.
    pub(super) fn append(&mut self, part: &Self) {
        self.text.push_str(&part.text);
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn end_line(&mut self, name: &str) {
        if LINES.contains(&name) {
            self.text.push('\n');
        }
    }
}

/// A number to a tenth, without a decimal that says nothing.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.into_text()
    }

    #[test]
    fn whatever_a_text_holds_it_stays_text() {
        let text = "</p><script>alert('\"&')</script>";
        let escaped = "&lt;/p&gt;&lt;script&gt;alert(&#39;&quot;&amp;&#39;)&lt;/script&gt;";
        assert_eq!(
            written(|html| html.leaf(Tag::from("p").with("title", text), text)),
            format!("<p title=\"{escaped}\">{escaped}</p>\n")
        );
        assert_eq!(written(|html| html.prose(text)), escaped);
    }

    #[test]
    fn names_between_backticks_are_code() {
        assert_eq!(written(|html| html.prose("a `b<` c")), "a <code>b&lt;</code> c");
        assert_eq!(written(|html| html.prose("a ` c")), "a ` c");
    }

    #[test]
    fn attributes_are_as_short_as_they_can_be() {
        let tag = |tag: Tag| written(|html| html.void(tag));
        assert_eq!(tag(Tag::from("rect").with_number("x", 3.04)), "<rect x=\"3\"/>");
        assert_eq!(tag(Tag::from("rect").with_share("x", 0.1234)), "<rect x=\"12.3%\"/>");
        assert_eq!(
            tag(Tag::from("i").with_flag("open", false).with_known("x", None)),
            "<i/>"
        );
    }
}
