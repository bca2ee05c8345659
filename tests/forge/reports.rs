//! Reports as a check writes them, made by hand: what is tested here begins where measuring has ended.

use std::io::Write;

use serde_json::{Value, json};

/// A key of an environment.
pub(crate) const KEY: &str = "cpython-3.13-linux-x86_64";

/// The report of one target in the environment of this key: `pass`, `fail` or `inconclusive`.
pub(crate) fn report(key: &str, verdict: &str) -> Value {
    let findings = match verdict {
        "fail" => json!([finding("over-modules", "error", "loads 90 modules, 40 over its 50")]),
        "inconclusive" => json!([finding(
            "inconclusive",
            "warning",
            "looks 6% slower, and 60 samples do not tell"
        )]),
        _ => json!([]),
    };
    json!({
        "version": 2, "importgate": "0.1.0", "verdict": verdict, "budgets": "budgets.toml",
        "findings": findings, "causes": [],
        "targets": [{
            "module": "shop.cli", "kind": "module", "layer": null, "status": "measured", "verdict": verdict,
            "time_ms": 96.1, "blocked_ms": 0.0, "max_time_ms": 120.0, "time": null, "cpu": null, "wall": null, "wall_ms": null,
            "memory_bytes": 1_000_000, "peak_memory_bytes": null, "modules": 90, "samples": 24, "variation": 0.02,
            "baseline_time_ms": 96.0, "baseline_memory_bytes": null, "baseline_modules": null, "imported_before": true,
            "change_percent": 0.1, "change_ms": 0.1, "decided_by": "whole", "instructions": null, "baseline_instructions": null,
            "orders": [], "closure": null,
        }],
        "environment": {
            "key": key, "python": ".venv/bin/python", "python_version": "3.13.0",
            "machine": {
                "processor": "Example 3000", "cores": 2, "kernel": "Linux 6.1.0", "container_cpus": null,
                "container_memory_bytes": null,
            },
            "variables": {}, "speed": null, "machine_speed_us": null, "shown_at_speed_us": null,
        },
        "baseline": null, "distributions": [],
        "run": { "samples": 24, "references": 0, "seconds": 3.0, "seed": 1 },
        "groups": [], "summary": { "anything": "that follows from the rest" },
    })
}

fn finding(code: &str, severity: &str, message: &str) -> Value {
    json!({
        "code": code, "severity": severity, "target": "shop.cli", "message": message,
        "budget": { "file": "budgets.toml", "line": 3, "text": "max-modules = 50" },
        "place": null, "help": null, "details": [], "causes": [], "rest": null, "installed": null,
    })
}

/// A zip file of these entries, stored or deflated.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = rawzip::ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in entries {
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(rawzip::CompressionMethod::DEFLATE)
            .start()
            .expect("an entry");
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
        let mut writer = config.wrap(encoder);
        writer.write_all(bytes).expect("it is written");
        let (encoder, descriptor) = writer.finish().expect("it is written");
        encoder.finish().expect("it is written");
        entry.finish(descriptor).expect("it is written");
    }
    archive.finish().expect("a zip file")
}

/// The artifact of one leg.
pub(crate) fn artifact(report: &Value) -> Vec<u8> {
    zip(&[("report.json", report.to_string().as_bytes())])
}
