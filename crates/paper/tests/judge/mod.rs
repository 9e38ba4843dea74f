//! A second judge of pages: `page`, which looks for what a machine can see of PDF/UA-1 and PDF/A-3a
//! and, as it says of itself, passes veraPDF's test files. METERBOOK_JUDGES names the
//! Python that has it, as `cargo xtask judges` fetches it.

use std::path::Path;
use std::process::Command;

const ASK: &str = "
import page, sys
found = page.validate_pdf(sys.argv[1], profile=sys.argv[2])
for it in found.failures:
    print(it.rule_id, it.message)
print(found.rules.total, 'rules')
sys.exit(not found.is_compliant)
";

/// What it finds wrong in a file; nothing where nobody is there to be asked.
pub(crate) fn found(file: &Path, profile: &str) -> Option<String> {
    let python = std::env::var_os("METERBOOK_JUDGES")?;
    let ended = Command::new(python).args(["-c", ASK]).arg(file).arg(profile).output();
    let ended = ended.expect("the judge can be asked");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&ended.stderr);
    assert!(said.ends_with(" rules\n"), "the judge did not judge: {said}{complaint}");
    (!ended.status.success()).then_some(said)
}
