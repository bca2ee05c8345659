//! The processor's name out of `/proc/cpuinfo`, which every architecture writes in its own way.

use std::collections::BTreeSet;

/// ARM processors tell who made them and a part number, and leave the name to the reader. These are the ones of servers
/// and single-board computers; others are shown by their numbers.
const ARM_PARTS: [(&str, &str, &str); 10] = [
    ("0x41", "0xd03", "ARM Cortex-A53"),
    ("0x41", "0xd08", "ARM Cortex-A72"),
    ("0x41", "0xd0b", "ARM Cortex-A76"),
    ("0x41", "0xd0c", "ARM Neoverse-N1"),
    ("0x41", "0xd40", "ARM Neoverse-V1"),
    ("0x41", "0xd49", "ARM Neoverse-N2"),
    ("0x41", "0xd4f", "ARM Neoverse-V2"),
    ("0x41", "0xd8e", "ARM Neoverse-N3"),
    ("0xc0", "0xac3", "Ampere-1"),
    ("0xc0", "0xac4", "Ampere-1a"),
];

/// The processor's model, or the architecture where the file does not tell.
pub(super) fn name(cpuinfo: &str) -> String {
    x86(cpuinfo)
        .or_else(|| arm(cpuinfo))
        // POWER, RISC-V and s390, in this order.
        .or_else(|| first(cpuinfo, "cpu"))
        .or_else(|| first(cpuinfo, "uarch"))
        .or_else(|| first(cpuinfo, "processor 0"))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Whether the processor says that a hypervisor is below it; `None` where it has no flags to say so with.
pub(super) fn under_hypervisor(cpuinfo: &str) -> Option<bool> {
    first(cpuinfo, "flags").map(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor"))
}

fn x86(cpuinfo: &str) -> Option<String> {
    let name = first(cpuinfo, "model name")?;
    // Clouds shorten names to `AMD EPYC`, which spans four generations: family and model tell them apart.
    if !name.contains(|character: char| character.is_ascii_digit())
        && let (Some(family), Some(model)) = (first(cpuinfo, "cpu family"), first(cpuinfo, "model"))
    {
        return Some(format!("{name} (family {family}, model {model})"));
    }
    Some(name)
}

fn arm(cpuinfo: &str) -> Option<String> {
    let implementers = values(cpuinfo, "CPU implementer");
    // A machine may have large and small cores. A set, as a process sees them in any order.
    let names: BTreeSet<String> = implementers
        .zip(values(cpuinfo, "CPU part"))
        .map(|(implementer, part)| {
            ARM_PARTS
                .iter()
                .find(|(known, number, _)| *known == implementer && *number == part)
                .map_or_else(
                    || format!("ARM implementer {implementer} part {part}"),
                    |(_, _, name)| (*name).to_owned(),
                )
        })
        .collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(" + "))
}

fn first(cpuinfo: &str, key: &str) -> Option<String> {
    // Runs of spaces are how some vendors pad the name.
    values(cpuinfo, key)
        .next()
        .map(|value| value.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn values<'text>(cpuinfo: &'text str, key: &str) -> impl Iterator<Item = &'text str> {
    cpuinfo
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(move |(name, value)| name.trim() == key && !value.trim().is_empty())
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intel_with_its_padding() {
        let text = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n\
                    model name\t: Intel(R) Xeon(R) Platinum 8370C CPU  @ 2.80GHz\nflags\t\t: fpu hypervisor\n";
        assert_eq!(name(text), "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz");
        assert_eq!(under_hypervisor(text), Some(true));
    }

    #[test]
    fn a_name_without_a_number_gets_the_family() {
        let text = "cpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nflags\t: fpu\n";
        assert_eq!(name(text), "AMD EPYC (family 25, model 1)");
        assert_eq!(under_hypervisor(text), Some(false));
    }

    #[test]
    fn arm_has_numbers_and_no_name() {
        let text = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\
                    CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n";
        assert_eq!(name(text), "ARM Neoverse-N1");
        assert_eq!(under_hypervisor(text), None);
    }

    #[test]
    fn large_and_small_cores_are_both_named_once() {
        let core = |part: &str| format!("processor : 0\nCPU implementer : 0x41\nCPU part : {part}\n\n");
        let text = [core("0xd08"), core("0xd03"), core("0xd03"), core("0xfff")].concat();
        assert_eq!(
            name(&text),
            "ARM Cortex-A53 + ARM Cortex-A72 + ARM implementer 0x41 part 0xfff"
        );
    }

    #[test]
    fn other_architectures() {
        assert_eq!(
            name("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n"),
            "POWER9, altivec supported"
        );
        assert_eq!(
            name("processor\t: 0\nhart\t: 1\nuarch\t: sifive,u74-mc\n"),
            "sifive,u74-mc"
        );
        let s390 = "vendor_id       : IBM/S390\nprocessor 0: version = FF,  identification = 01,  machine = 3931\n";
        assert_eq!(name(s390), "version = FF, identification = 01, machine = 3931");
        assert_eq!(name(""), std::env::consts::ARCH);
    }
}
