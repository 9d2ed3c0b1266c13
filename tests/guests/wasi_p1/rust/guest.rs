//! The standard library of Rust over preview 1: what `std` does with arguments, environment, clocks,
//! random bytes, files, threads that sleep, and a listening socket on descriptor 3.

use std::collections::HashMap;
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::os::wasi::io::FromRawFd;
use std::path::Path;
use std::process;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let command = arguments.get(1).map(String::as_str).unwrap_or("");
    let result = match command {
        "environment" => environment(&arguments),
        "clocks" => clocks(),
        "files" => files(Path::new("/data")),
        "lines" => lines(),
        "echo" => echo(),
        "exit" => process::exit(arguments[2].parse().unwrap()),
        "panic" => panic!("as asked"),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "no such command")),
    };
    if let Err(error) = result {
        eprintln!("{error}");
        process::exit(1);
    }
}

fn environment(arguments: &[String]) -> io::Result<()> {
    println!("{:?}", &arguments[1..]);
    let mut variables: Vec<_> = env::vars().collect();
    variables.sort();
    println!("{variables:?}");
    // Its seed is of random bytes.
    let mut counts = HashMap::new();
    counts.insert("key", 1);
    println!("{counts:?}");
    Ok(())
}

fn clocks() -> io::Result<()> {
    let start = Instant::now();
    thread::sleep(Duration::from_millis(20));
    println!("{}", start.elapsed() >= Duration::from_millis(20));
    let year = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 31_556_952;
    println!("{}", year > 50);
    Ok(())
}

fn files(folder: &Path) -> io::Result<()> {
    let path = folder.join("file");
    let mut file = File::create_new(&path)?;
    file.write_all(b"0123456789")?;
    file.sync_all()?;
    println!("{}", File::create_new(&path).unwrap_err().kind());
    let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
    println!("{}", file.seek(SeekFrom::End(-4))?);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    file.set_len(3)?;
    println!("{text} {}", file.metadata()?.len());
    OpenOptions::new().append(true).open(&path)?.write_all(b"end")?;
    println!("{}", fs::read_to_string(&path)?);
    println!("{}", fs::write(folder, "").unwrap_err().kind());
    fs::create_dir_all(folder.join("a/b"))?;
    fs::rename(&path, folder.join("a/moved"))?;
    fs::hard_link(folder.join("a/moved"), folder.join("a/linked"))?;
    let mut names: Vec<_> = fs::read_dir(folder.join("a"))?
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), entry.file_type().unwrap().is_dir()))
        .collect();
    names.sort();
    println!("{names:?}");
    println!("{}", fs::copy(folder.join("a/moved"), folder.join("copy"))?);
    println!("{}", fs::remove_dir(folder.join("a")).unwrap_err().kind());
    println!("{}", fs::read("/etc/passwd").is_err());
    println!("{}", File::open(folder.join("../../etc/passwd")).is_err());
    let modified = fs::metadata(folder.join("copy"))?.modified()?;
    println!("{}", modified.elapsed().unwrap_or_default() < Duration::from_secs(3600));
    fs::remove_file(folder.join("copy"))?;
    fs::remove_dir_all(folder.join("a"))
}

fn lines() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        println!("{}", line?.to_uppercase());
    }
    Ok(())
}

fn echo() -> io::Result<()> {
    let listener = unsafe { TcpListener::from_raw_fd(3) };
    listener.set_nonblocking(false)?;
    println!("listening");
    let (mut connection, _) = listener.accept()?;
    let mut buffer = [0; 1000];
    loop {
        let count = connection.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        connection.write_all(&buffer[..count])?;
    }
    would_block(&mut connection)
}

fn would_block(connection: &mut TcpStream) -> io::Result<()> {
    connection.set_nonblocking(true)?;
    println!("{}", connection.read(&mut [0; 1])? == 0);
    Ok(())
}
