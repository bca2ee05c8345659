//! The fingerprint of the machine that the tests run on.

#[test]
fn this_machine_has_a_fingerprint_that_stays() {
    let machine = importgate_probe::machine::fingerprint();
    assert!(!machine.processor.is_empty());
    assert!(machine.cores >= 1);
    let kernel = if cfg!(target_os = "macos") { "Darwin " } else { "Linux " };
    assert!(
        machine.kernel.starts_with(kernel) && machine.kernel.len() > kernel.len(),
        "{}",
        machine.kernel
    );
    assert_eq!(machine, importgate_probe::machine::fingerprint());
}

#[test]
fn this_machine_tells_its_load() {
    let load = importgate_probe::machine::conditions()
        .load
        .expect("both systems tell their load");
    assert!(load.iter().all(|average| *average >= 0.0));
}
