//! Holds outputs against the schemas that their readers have published, so that no test has only our own idea of a format.

use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

/// A published schema, ready to be held against documents.
pub(super) struct Published {
    schemas: Schemas,
    index: SchemaIndex,
}

/// SARIF 2.1.0.
pub(super) static SARIF: LazyLock<Published> =
    LazyLock::new(|| Published::of(include_str!("../../tests/schemas/sarif-2.1.0.json")));
/// One entry of GitLab's code quality report.
pub(super) static GITLAB: LazyLock<Published> =
    LazyLock::new(|| Published::of(include_str!("../../tests/schemas/gitlab-code-quality.json")));
/// Reviewdog Diagnostic Format.
pub(super) static RDJSON: LazyLock<Published> =
    LazyLock::new(|| Published::of(include_str!("../../tests/schemas/rdjson.json")));
/// Bencher Metric Format.
pub(super) static BMF: LazyLock<Published> =
    LazyLock::new(|| Published::of(include_str!("../../tests/schemas/bmf.json")));

/// Files of speedscope.
pub(super) static SPEEDSCOPE: LazyLock<Published> =
    LazyLock::new(|| Published::of(include_str!("../../tests/schemas/speedscope.json")));

impl Published {
    fn of(text: &str) -> Self {
        const NAME: &str = "published.json";
        let schema: Value = serde_json::from_str(text).expect("a schema is JSON");
        let mut compiler = Compiler::new();
        // Dates and references are checked too, not only that they are strings.
        compiler.enable_format_assertions();
        compiler.add_resource(NAME, schema).expect("a schema");
        let mut schemas = Schemas::new();
        let index = compiler.compile(NAME, &mut schemas).expect("a sound schema");
        Self { schemas, index }
    }

    /// What is wrong with a document by this schema; nothing where nothing is.
    pub(super) fn mistakes(&self, document: &Value) -> Option<String> {
        let checked = self.schemas.validate(document, self.index);
        checked.err().map(|mistakes| format!("{mistakes:#}"))
    }
}
