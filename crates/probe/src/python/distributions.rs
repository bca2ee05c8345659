//! Which installed distribution a file belongs to, read from the metadata beside the packages: what `importlib.metadata`
//! would say, without starting an interpreter for it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::files;
use importgate_core::observed::ContentHash;

/// An installed distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Distribution {
    /// The normalised project name (PEP 503).
    pub(super) name: String,
    pub(super) version: String,
}

/// What `RECORD` says of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    pub(super) size: Option<u64>,
    pub(super) content: Option<ContentHash>,
}

/// Every distribution in some folders, by the files that it installed.
#[derive(Debug, Default)]
pub(super) struct Distributions {
    installed: Vec<Distribution>,
    files: HashMap<PathBuf, (usize, Recorded)>,
    /// Packages of distributions that came without a list of their files.
    packages: HashMap<PathBuf, usize>,
    /// Source folders of editable installs.
    editable: Vec<PathBuf>,
    /// Folders that hold metadata: what lies in them is installed, and nobody's own source.
    sites: Vec<PathBuf>,
}

impl Distributions {
    /// Reads the metadata in the folders of a search path. What cannot be read is left out: it only explains.
    pub(super) fn read(search_path: &[PathBuf]) -> Self {
        let mut distributions = Self::default();
        for folder in search_path {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            names.sort();
            let is_site = folder.ends_with("site-packages") || folder.ends_with("dist-packages");
            let mut has_metadata = is_site;
            for path in names {
                match path.extension().and_then(|extension| extension.to_str()) {
                    Some("dist-info") => has_metadata |= distributions.add(folder, &path, "METADATA"),
                    // Beside a project's own sources an egg-info belongs to that very project.
                    Some("egg-info") if is_site => has_metadata |= distributions.add(folder, &path, "PKG-INFO"),
                    Some("egg-link") => distributions.editable.extend(first_line(&path)),
                    _ => {}
                }
            }
            if has_metadata {
                distributions.sites.push(folder.clone());
            }
        }
        distributions
    }

    /// The distribution that installed `file`.
    pub(super) fn of(&self, file: &Path) -> Option<&Distribution> {
        let recorded = self.files.get(file).map(|(distribution, _)| *distribution);
        let found = recorded.or_else(|| file.ancestors().find_map(|above| self.packages.get(above).copied()))?;
        self.installed.get(found)
    }

    /// The version of everything installed. Of two of a name the first on the search path is imported.
    pub(super) fn versions(&self) -> BTreeMap<String, String> {
        let in_reverse = self.installed.iter().rev();
        in_reverse
            .map(|distribution| (distribution.name.clone(), distribution.version.clone()))
            .collect()
    }

    /// What the list of installed files says of `file`.
    pub(super) fn recorded(&self, file: &Path) -> Option<Recorded> {
        self.files.get(file).map(|(_, recorded)| *recorded)
    }

    /// True where `file` lies in a folder of installed packages.
    pub(super) fn is_in_site(&self, file: &Path) -> bool {
        self.sites.iter().any(|site| file.starts_with(site))
    }

    /// The folders of installed packages.
    pub(super) fn sites(&self) -> &[PathBuf] {
        &self.sites
    }

    /// True where `file` lies in the source folder of an editable install.
    pub(super) fn is_editable(&self, file: &Path) -> bool {
        self.editable.iter().any(|folder| file.starts_with(folder))
    }

    fn add(&mut self, site: &Path, metadata: &Path, file_name: &str) -> bool {
        let text = files::read_text(&metadata.join(file_name)).or_else(|_| files::read_text(metadata));
        let Some((name, version)) = text.ok().and_then(|text| name_and_version(&text)) else {
            return false;
        };
        let position = self.installed.len();
        self.installed.push(Distribution {
            name: normalised(&name),
            version,
        });
        self.editable.extend(editable_folder(&metadata.join("direct_url.json")));
        if let Ok(record) = files::read_text(&metadata.join("RECORD")) {
            for (path, recorded) in record.lines().filter_map(record_line) {
                self.files.insert(resolved(site, &path), (position, recorded));
            }
            return true;
        }
        // Distributors drop RECORD, and older formats have none: then the names of the packages have to do.
        let listed = files::read_text(&metadata.join("top_level.txt")).unwrap_or_default();
        let listed: Vec<&str> = listed.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let fallback = name.replace('-', "_");
        for package in if listed.is_empty() {
            vec![fallback.as_str()]
        } else {
            listed
        } {
            self.packages.insert(site.join(package), position);
            self.packages.insert(site.join(format!("{package}.py")), position);
        }
        true
    }
}

fn first_line(path: &Path) -> Option<PathBuf> {
    let text = files::read_text(path).ok()?;
    text.lines()
        .next()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
}

/// `Name` and `Version` of the core metadata, which ends at the first empty line.
fn name_and_version(text: &str) -> Option<(String, String)> {
    let field = |key: &str| {
        let mut header = text.lines().take_while(|line| !line.trim().is_empty());
        header.find_map(|line| Some(line.strip_prefix(key)?.trim().to_owned()))
    };
    Some((field("Name:")?, field("Version:")?))
}

/// PEP 503: lower case, and runs of `-`, `_` and `.` are one `-`.
fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

/// The source folder of an editable install (PEP 610).
fn editable_folder(direct_url: &Path) -> Option<PathBuf> {
    let text = files::read_text(direct_url).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    value
        .pointer("/dir_info/editable")?
        .as_bool()
        .filter(|editable| *editable)?;
    let path = value.get("url")?.as_str()?.strip_prefix("file://")?;
    Some(PathBuf::from(percent_decoded(path)))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One line of RECORD: path, hash and size, where the path may be quoted. Only what can be a module is of interest.
fn record_line(line: &str) -> Option<(String, Recorded)> {
    let (before, size) = line.trim_end().rsplit_once(',')?;
    let (path, hash) = before.rsplit_once(',')?;
    let path = match path.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => path.to_owned(),
    };
    let extension = Path::new(&path).extension()?;
    if !["py", "so", "pyd", "dylib", "pyc"]
        .iter()
        .any(|known| extension == *known)
        || path.contains("__pycache__/")
    {
        return None;
    }
    let content = hash.strip_prefix("sha256=").and_then(first_64_bits);
    Some((
        path,
        Recorded {
            size: size.parse().ok(),
            content,
        },
    ))
}

/// The first 64 bits of a digest in the URL-safe base 64 of RECORD.
fn first_64_bits(digest: &str) -> Option<ContentHash> {
    let mut bits: u128 = 0;
    // Eleven characters hold 66 bits.
    for character in digest.bytes().take(11) {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u128::from(value);
    }
    (digest.len() >= 11).then(|| u64::try_from(bits >> 2).ok().map(ContentHash))?
}

/// A path of RECORD below its site folder; `../../bin/tool` leads out of it.
fn resolved(site: &Path, path: &str) -> PathBuf {
    let mut resolved = site.to_path_buf();
    for component in Path::new(path).components() {
        match component {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::RootDir => resolved = PathBuf::from("/"),
            Component::Normal(name) => resolved.push(name),
            Component::CurDir | Component::Prefix(_) => {}
        }
    }
    resolved
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    #[test]
    fn a_file_belongs_to_the_distribution_whose_record_lists_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site-packages");
        let info = site.join("Zope_Interface-6.1.dist-info");
        write(
            &info.join("METADATA"),
            "Metadata-Version: 2.1\nName: Zope.Interface\nVersion: 6.1\n\nName: not this one\n",
        );
        let record = "zope/interface/__init__.py,sha256=AAAAAAAAAAEA,12\n\"zope/a,b.py\",,\n../../bin/tool,,\n";
        write(&info.join("RECORD"), record);
        let found = Distributions::read(std::slice::from_ref(&site));
        let module = site.join("zope/interface/__init__.py");
        let expected = Distribution {
            name: "zope-interface".to_owned(),
            version: "6.1".to_owned(),
        };
        assert_eq!(found.of(&module), Some(&expected));
        assert_eq!(found.of(&site.join("zope/a,b.py")), Some(&expected));
        assert_eq!(found.of(&site.join("zope/other.py")), None);
        assert_eq!(found.recorded(&module).and_then(|recorded| recorded.size), Some(12));
        assert!(found.is_in_site(&module));
    }

    #[test]
    fn of_two_of_a_name_the_first_on_the_search_path_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let sites = ["user", "system"].map(|name| folder.path().join(name).join("site-packages"));
        for (site, name, version) in [
            (&sites[0], "rich", "15.0.0"),
            (&sites[1], "Rich", "13.7.1"),
            (&sites[1], "six", "1.16"),
        ] {
            let metadata = format!("Name: {name}\nVersion: {version}\n");
            write(&site.join(format!("{name}-{version}.dist-info/METADATA")), &metadata);
        }
        // What an interrupted installation leaves says nothing.
        write(&sites[1].join("broken-1.0.dist-info/RECORD"), "");
        let versions = Distributions::read(&sites).versions();
        let expected =
            [("rich", "15.0.0"), ("six", "1.16")].map(|(name, version)| (name.to_owned(), version.to_owned()));
        assert_eq!(versions, expected.into());
    }

    #[test]
    fn without_a_record_the_names_of_packages_decide() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("dist-packages");
        write(
            &site.join("PyYAML-6.0.egg-info/PKG-INFO"),
            "Name: PyYAML\nVersion: 6.0\n",
        );
        write(&site.join("PyYAML-6.0.egg-info/top_level.txt"), "_yaml\nyaml\n");
        let found = Distributions::read(std::slice::from_ref(&site));
        let name = |file: &str| {
            found
                .of(&site.join(file))
                .map(|distribution| distribution.name.as_str())
        };
        assert_eq!(name("yaml/nodes.py"), Some("pyyaml"));
        assert_eq!(name("yaml2/nodes.py"), None);
    }

    #[test]
    fn an_editable_install_points_at_its_sources() {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site-packages");
        let info = site.join("shop-1.0.dist-info");
        write(&info.join("METADATA"), "Name: shop\nVersion: 1.0\n");
        write(&info.join("RECORD"), "shop-1.0.dist-info/METADATA,,\n");
        write(
            &info.join("direct_url.json"),
            r#"{"url": "file:///home/my%20shop", "dir_info": {"editable": true}}"#,
        );
        let found = Distributions::read(&[site]);
        assert!(found.is_editable(Path::new("/home/my shop/src/shop/cli.py")));
        assert!(!found.is_editable(Path::new("/home/other/cli.py")));
    }

    #[test]
    fn a_recorded_digest_starts_like_the_digest_of_the_content() {
        let digest = Sha256::digest(b"print()\n");
        let first = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits = u128::from(first) << 2 | u128::from(digest[8] >> 6);
        let encoded: String = (0..11)
            .rev()
            .map(|place| char::from(alphabet[(bits >> (6 * place) & 63) as usize]))
            .collect();
        assert_eq!(first_64_bits(&encoded), Some(ContentHash(first)));
        assert_eq!(first_64_bits("short"), None);
    }
}
