// An HTTP server on a socket that is open when it starts, and programs over sockets that it opens by
// WasmEdge's functions:
//
//	serve COUNT        answers COUNT requests on descriptor 3, then ends
//	get URL            prints what a GET answers
//	echo HOST          an echo server and many clients of it, at the same time
//	udp HOST           a datagram and its answer
//	refused HOST       what a connection to a port that nobody listens on gives
//	deadline HOST      a read that runs into its deadline
//	files              a file written, read and removed in the folder /data
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/stealthrocket/net/wasip1"
)

const clients = 20

func main() {
	if len(os.Args) < 2 {
		fail(errors.New("no command"))
	}
	argument := ""
	if len(os.Args) > 2 {
		argument = os.Args[2]
	}
	commands := map[string]func(string) error{
		"serve": serve, "get": get, "echo": echo, "udp": udp, "refused": refused,
		"deadline": deadline, "files": files,
	}
	command, known := commands[os.Args[1]]
	if !known {
		fail(errors.New("no command " + os.Args[1]))
	}
	if err := command(argument); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func serve(argument string) error {
	count, err := strconv.Atoi(argument)
	if err != nil {
		return err
	}
	listener, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return err
	}
	var answered sync.WaitGroup
	answered.Add(count)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer answered.Done()
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %d %s\n", r.Method, r.URL.Path, len(body), os.Getenv("GREETING"))
	})}
	go server.Serve(listener)
	fmt.Println("serving")
	answered.Wait()
	return server.Shutdown(context.Background())
}

func get(url string) error {
	client := http.Client{
		Transport: &http.Transport{DialContext: wasip1.DialContext},
		Timeout:   20 * time.Second,
	}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	fmt.Println(response.StatusCode, len(body))
	fmt.Println(strings.SplitN(string(body), "\n", 2)[0])
	return nil
}

func echo(host string) error {
	listener, err := wasip1.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				io.Copy(connection, connection)
			}()
		}
	}()
	results := make(chan error)
	for number := 0; number < clients; number++ {
		go func() { results <- exchange(listener.Addr().String(), number) }()
	}
	for number := 0; number < clients; number++ {
		if err := <-results; err != nil {
			return err
		}
	}
	fmt.Println(clients, "clients")
	return listener.Close()
}

// Sends more than the buffers on the way hold, and compares what comes back.
func exchange(address string, number int) error {
	connection, err := wasip1.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	sent := strings.Repeat(fmt.Sprintf("client %d ", number), 20_000)
	go io.WriteString(connection, sent)
	received := make([]byte, len(sent))
	if _, err := io.ReadFull(connection, received); err != nil {
		return err
	}
	if string(received) != sent {
		return fmt.Errorf("client %d got something else", number)
	}
	return nil
}

func udp(host string) error {
	server, err := wasip1.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	go func() {
		buffer := make([]byte, 100)
		n, from, err := server.ReadFrom(buffer)
		if err == nil {
			server.WriteTo(append([]byte("re: "), buffer[:n]...), from)
		}
	}()
	client, err := wasip1.Dial("udp", server.LocalAddr().String())
	if err != nil {
		return err
	}
	client.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := client.Write([]byte("datagram")); err != nil {
		return err
	}
	buffer := make([]byte, 100)
	n, err := client.Read(buffer)
	fmt.Println(string(buffer[:n]))
	return err
}

func refused(host string) error {
	listener, err := wasip1.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	listener.Close()
	_, err = wasip1.Dial("tcp", address)
	if err == nil {
		return errors.New("connected")
	}
	message := err.Error()
	fmt.Println(message[strings.LastIndex(message, ": ")+2:])
	return nil
}

func deadline(host string) error {
	listener, err := wasip1.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	defer listener.Close()
	connection, err := wasip1.Dial("tcp", listener.Addr().String())
	if err != nil {
		return err
	}
	connection.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = connection.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded))
	return nil
}

func files(string) error {
	if err := os.MkdirAll("/data/a/b", 0o777); err != nil {
		return err
	}
	if err := os.WriteFile("/data/a/b/file", []byte("text"), 0o666); err != nil {
		return err
	}
	if err := os.Rename("/data/a/b/file", "/data/a/moved"); err != nil {
		return err
	}
	if err := os.Symlink("a/moved", "/data/link"); err != nil {
		return err
	}
	text, err := os.ReadFile("/data/link")
	if err != nil {
		return err
	}
	entries, err := os.ReadDir("/data/a")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		fmt.Println(entry.Name(), entry.IsDir())
	}
	info, err := os.Lstat("/data/link")
	if err != nil {
		return err
	}
	fmt.Println(string(text), info.Mode().Type() == os.ModeSymlink)
	_, err = os.Open("/data/../../etc/passwd")
	fmt.Println(err)
	if err := os.Remove("/data/link"); err != nil {
		return err
	}
	return os.RemoveAll("/data/a")
}
