//! macOS tells everything through `sysctl`. There is no frequency governor to read, and no container.

use std::process::{Command, Stdio};

use super::conditions::load_averages;
use importgate_core::observed::{Machine, MachineConditions};

pub(super) fn fingerprint(cores: u32) -> Machine {
    Machine {
        processor: sysctl("machdep.cpu.brand_string").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores,
        kernel: [sysctl("kern.ostype"), sysctl("kern.osrelease")]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        container_cpus: None,
        container_memory_bytes: None,
    }
}

pub(super) fn conditions() -> MachineConditions {
    MachineConditions {
        load: sysctl("vm.loadavg").and_then(|text| load_averages(&text)),
        virtual_machine: sysctl("kern.hv_vmm_present").map(|flag| flag == "1"),
        ..MachineConditions::default()
    }
}

/// One value, or `None` where this system does not know the name.
fn sysctl(name: &str) -> Option<String> {
    let output = Command::new("/usr/sbin/sysctl")
        .args(["-n", name])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
