//! Our own PostgreSQL: started, shared, adopted, stopped; by root and by normal users.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::database::{DataDirectory, Database, DatabaseError, DatabaseSource, PrivateServer};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions, Connection, Executor};
use tests::not_run;
use tests::processes::{self, Part};
use tests::scratch::ScratchDirectory;

async fn setting(server: &PrivateServer, name: &str) -> String {
    let mut session = server.administrator().connect().await.unwrap();
    let value = sqlx::query_scalar("select current_setting($1)")
        .bind(name)
        .fetch_one(&mut session)
        .await
        .unwrap();
    session.close().await.unwrap();
    value
}

async fn started_at(server: &PrivateServer) -> String {
    let mut session = server.administrator().connect().await.unwrap();
    let value = sqlx::query_scalar("select pg_postmaster_start_time()::text")
        .fetch_one(&mut session)
        .await
        .unwrap();
    session.close().await.unwrap();
    value
}

/// The first line of the server's own lock file.
fn server_process(cluster: &Path) -> Option<i32> {
    let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

fn runs(cluster: &Path) -> bool {
    server_process(cluster).is_some()
}

#[tokio::test]
async fn a_new_server_is_durable_and_reachable_by_its_socket_alone() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let server = PrivateServer::start(&data).await.unwrap();
    for (name, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("shared_buffers", "256MB"),
        ("max_wal_size", "4GB"),
        ("jit", "off"),
        ("server_encoding", "UTF8"),
        ("unix_socket_permissions", "0700"),
    ] {
        assert_eq!(setting(&server, name).await, value, "{name}");
    }
    let socket = std::fs::metadata(server.socket_directory()).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);
    let keys = std::fs::metadata(data.keys()).unwrap();
    assert_eq!(keys.permissions().mode() & 0o777, 0o700);
    let top = std::fs::metadata(data.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(top, if processes::we_are_root() { 0o711 } else { 0o700 });
    let cluster = server.cluster();
    server.leave().await.unwrap();
    assert!(!runs(&cluster));
}

#[tokio::test]
async fn what_was_written_is_there_after_the_server_was_stopped() {
    let scratch = ScratchDirectory::new();
    let source = DatabaseSource::Private(scratch.join("data"));
    let database = Database::connect(&source).await.unwrap();
    let mut session = database.session().await.unwrap();
    session.execute("insert into requests values ('x', gen_random_uuid(), 7)").await.unwrap();
    drop(session);
    database.close().await.unwrap();
    let database = Database::connect(&source).await.unwrap();
    let position: i64 = sqlx::query_scalar("select position from requests")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(position, 7);
    database.close().await.unwrap();
}

#[tokio::test]
async fn programs_share_one_server_and_the_last_to_leave_stops_it() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let mut first = Part::start("private_server::a_part_that_uses_a_server", text(data.path()));
    let began = first.hear();
    let second = PrivateServer::start(&data).await.unwrap();
    assert_eq!(started_at(&second).await, began);
    first.finish();
    assert_eq!(started_at(&second).await, began, "the first has left, the second uses it still");
    let cluster = second.cluster();
    second.leave().await.unwrap();
    assert!(!runs(&cluster));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_come_and_go_at_once_never_find_the_server_gone() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let visits = (0..6).map(|visitor| {
        let data = data.clone();
        tokio::spawn(async move {
            for visit in 0..3 {
                let server = PrivateServer::start(&data).await.unwrap();
                started_at(&server).await;
                tokio::time::sleep(Duration::from_millis(7 * visitor + visit)).await;
                started_at(&server).await;
                server.leave().await.unwrap();
            }
        })
    });
    for visit in visits.collect::<Vec<_>>() {
        visit.await.unwrap();
    }
    assert!(!runs(&data.path().join("pg").join("cluster")));
}

#[tokio::test]
async fn a_server_whose_program_was_killed_is_adopted_and_then_stopped() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let mut killed = Part::start("private_server::a_part_that_uses_a_server", text(data.path()));
    let began = killed.hear();
    killed.kill();
    let server = PrivateServer::start(&data).await.unwrap();
    assert_eq!(started_at(&server).await, began, "adopted, not started again");
    let cluster = server.cluster();
    server.leave().await.unwrap();
    assert!(!runs(&cluster));
}

#[tokio::test]
async fn a_server_that_was_killed_with_its_program_is_started_over_its_stale_lock() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let mut killed = Part::start("private_server::a_part_that_uses_a_server", text(data.path()));
    let began = killed.hear();
    let cluster = data.path().join("pg").join("cluster");
    let server = server_process(&cluster).unwrap();
    killed.kill();
    kill(Pid::from_raw(server), Signal::SIGKILL).unwrap();
    let server = PrivateServer::start(&data).await.unwrap();
    assert_ne!(started_at(&server).await, began);
    server.leave().await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_or_too_odd_for_a_socket_works_nevertheless() {
    let scratch = ScratchDirectory::new();
    let odd = "明账, \"open\" books $HOME `id`".to_owned();
    for name in ["long-".repeat(20), odd] {
        let data = DataDirectory::open(&scratch.join(name)).unwrap();
        let server = PrivateServer::start(&data).await.unwrap();
        let socket = server.socket_directory().to_owned();
        assert!(socket.starts_with("/tmp"), "{socket:?}");
        assert!(socket.as_os_str().len() < 85);
        server.leave().await.unwrap();
        std::fs::remove_dir_all(socket).unwrap();
    }
}

#[tokio::test]
async fn a_cluster_that_was_half_made_is_made_again() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    PrivateServer::start(&data).await.unwrap().leave().await.unwrap();
    let home = data.path().join("pg");
    std::fs::remove_dir_all(home.join("cluster")).unwrap();
    std::fs::create_dir(home.join("cluster.unfinished")).unwrap();
    std::fs::write(home.join("cluster.unfinished").join("PG_VERSION"), "15\n").unwrap();
    PrivateServer::start(&data).await.unwrap().leave().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    PrivateServer::start(&data).await.unwrap().leave().await.unwrap();
    let settings = data.path().join("pg").join("cluster").join("postgresql.conf");
    std::fs::write(settings, "no_such_setting = on\n").unwrap();
    let error = PrivateServer::start(&data).await.unwrap_err();
    assert!(matches!(error, DatabaseError::CannotStart { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn root_keeps_the_database_of_a_closed_home_elsewhere_and_links_to_it() {
    if !processes::we_are_root() {
        let name =
            "private_server::root_keeps_the_database_of_a_closed_home_elsewhere_and_links_to_it";
        if !processes::pass_as_root(name) {
            not_run::report("private PostgreSQL as root", "needs root, or sudo that asks nothing");
        }
        return;
    }
    let scratch = ScratchDirectory::new();
    let home = scratch.join("home-of-root");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let data = DataDirectory::open(&home.join("data")).unwrap();
    let server = PrivateServer::start(&data).await.unwrap();
    let elsewhere = std::fs::read_link(data.path().join("pg")).unwrap();
    assert!(elsewhere.starts_with("/var/lib/mingzhang"), "{elsewhere:?}");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&elsewhere), 0o700);
    assert_eq!(mode(&home), 0o700, "somebody's home is left as it was");
    assert_eq!(mode(data.path()), 0o700);
    server.leave().await.unwrap();

    // A new data directory in the same place must not find the old one's entries.
    std::fs::remove_dir_all(data.path()).unwrap();
    let data = DataDirectory::open(&home.join("data")).unwrap();
    PrivateServer::start(&data).await.unwrap().leave().await.unwrap();
    let second = std::fs::read_link(data.path().join("pg")).unwrap();
    assert_ne!(second, elsewhere);

    // A data directory that lost its database says so, and makes no new one.
    std::fs::remove_dir_all(&second).unwrap();
    let gone = PrivateServer::start(&data).await.unwrap_err();
    assert!(matches!(gone, DatabaseError::ClusterGone { .. }), "{gone}");
    std::fs::remove_dir_all(&elsewhere).unwrap();
}

#[tokio::test]
async fn a_normal_user_runs_the_server_and_root_can_look_after_it() {
    if !processes::we_are_root() {
        return; // Then every other test of this module is the test of a normal user.
    }
    let Some(account) = processes::normal_account() else {
        not_run::report("private PostgreSQL as a normal user", "there is no account nobody");
        return;
    };
    let place = ScratchDirectory::new();
    let part = "private_server::a_part_that_uses_a_server";
    let mut user = Part::start_as(&account, &place, part, text(&place.join("home/data")));
    let began = user.hear();
    let data = DataDirectory::open(&place.join("home/data")).unwrap();
    let cluster: PathBuf = data.path().join("pg").join("cluster");
    assert_eq!(processes::owner(&cluster), account.uid.as_raw());
    let server = PrivateServer::start(&data).await.unwrap();
    assert_eq!(started_at(&server).await, began, "root shares it");
    user.finish();
    server.leave().await.unwrap();
    assert!(!runs(&cluster));
    let server = PrivateServer::start(&data).await.unwrap();
    assert_eq!(processes::owner(&cluster.join("postmaster.pid")), account.uid.as_raw());
    server.leave().await.unwrap();
}

#[tokio::test]
#[ignore = "a part of other tests"]
async fn a_part_that_uses_a_server() {
    let Some(path) = processes::argument() else {
        return;
    };
    let data = DataDirectory::open(Path::new(&path)).unwrap();
    let server = PrivateServer::start(&data).await.unwrap();
    processes::say(&started_at(&server).await);
    processes::wait_for_the_test();
    server.leave().await.unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
