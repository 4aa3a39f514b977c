// SPDX-License-Identifier: Apache-2.0
// The program: reads what to be from the command line, and what to become from standard input.
package judge;

import io.netty.util.Version;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.Locale;

/**
 * A Netty judge: it speaks as DataProxy does, through DataProxy's HTTP library, and it is not
 * DataProxy.
 *
 * Each argument `--NAME=VALUE` and then each line `NAME VALUE...` of standard input is a command,
 * and each line gets one line as an answer, which begins with `ok` or `error`. Ends with its input.
 */
public final class Judge {
    private final Settings settings = new Settings();
    private final Script script = new Script();
    private final Journal journal = new Journal();
    private final Server server;

    private Judge(InetSocketAddress address) throws IOException {
        server = new Server(settings, script, journal, address);
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        String host = "127.0.0.1";
        int port = 0;
        for (String argument : arguments) {
            if (argument.startsWith("--host=")) {
                host = argument.substring(7);
            } else if (argument.startsWith("--port=")) {
                port = Integer.parseInt(argument.substring(7));
            }
        }
        Judge judge = new Judge(new InetSocketAddress(host, port));
        for (String argument : arguments) {
            if (argument.startsWith("--host=") || argument.startsWith("--port=")) {
                continue;
            }
            if (!argument.startsWith("--")) {
                throw new IllegalArgumentException("not --NAME=VALUE: " + argument);
            }
            judge.obey(argument.substring(2).replaceFirst("=", " "));
        }
        judge.server.up();
        out.println("listening on " + host + ':' + judge.server.port() + " with Netty "
                + Version.identify().get("netty-codec-http").artifactVersion());
        out.flush();

        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String answer;
            try {
                answer = "ok " + judge.obey(line);
            } catch (Exception e) {
                answer = "error " + e;
            }
            out.println(answer.trim());
            out.flush();
        }
        judge.journal.flush();
        System.exit(0);
    }

    /** Throws for what is no command. */
    private String obey(String line) throws Exception {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "reset": // all but the journal
                settings.reset();
                script.reset();
                server.up();
                return "";
            case "journal": // FILE: begins it anew, with all counts
                journal.open(Paths.get(line.substring("journal ".length())));
                server.resetCounts();
                return "";
            case "flush": // what is stored is in the file now
                journal.flush();
                return "";
            case "counts":
                return "messages=" + journal.messages() + " records=" + journal.records() + ' '
                        + server;
            case "await-records": // COUNT MILLISECONDS
                if (!journal.awaitRecords(Long.parseLong(words[1]), Long.parseLong(words[2]))) {
                    throw new IllegalStateException("there are " + journal.records());
                }
                return "";
            case "await-open": // COUNT MILLISECONDS: until no more connections are open
                if (!server.awaitOpen(Integer.parseInt(words[1]), Long.parseLong(words[2]))) {
                    throw new IllegalStateException(server.toString());
                }
                return "";
            case "ready": // true or false
                settings.ready = toBoolean(words[1]);
                return "";
            case "stopped": // true or false
                settings.stopped = toBoolean(words[1]);
                return "";
            case "max-msg-length": // BYTES, of connections to come
                settings.maxMessageLength = Integer.parseInt(words[1]);
                return "";
            case "idle": // MILLISECONDS, of connections to come
                settings.idle = Long.parseLong(words[1]);
                return "";
            case "connections": // COUNT: more than these are closed without a byte
                settings.connections = Integer.parseInt(words[1]);
                return "";
            case "delay": // MILLISECONDS: answers come so much later
                settings.delay = Long.parseLong(words[1]);
                return "";
            case "know": // GROUP [STREAM]
                settings.know(words[1], words.length > 2 ? words[2] : "");
                return "";
            case "forget": // GROUP [STREAM]
                settings.forget(words[1], words.length > 2 ? words[2] : "");
                return "";
            case "next": // COUNT code CODE|delay MILLISECONDS|silence|drop|reset [store]
                script.next(Integer.parseInt(words[1]), turn(words));
                return "";
            case "refuse": // COUNT: so many connections are closed as soon as they are accepted
                script.refuse(Integer.parseInt(words[1]));
                return "";
            case "disconnect":
                server.disconnect();
                return "";
            case "down":
                server.down();
                return "";
            case "up":
                server.up();
                return "";
            case "restart":
                server.down();
                server.up();
                return "";
            default:
                throw new IllegalArgumentException("no such command: " + words[0]);
        }
    }

    private static boolean toBoolean(String word) {
        if (!word.equals("true") && !word.equals("false")) {
            throw new IllegalArgumentException("neither true nor false: " + word);
        }
        return word.equals("true");
    }

    private static Script.Turn turn(String[] words) {
        Script.Kind kind = Script.Kind.valueOf(words[2].toUpperCase(Locale.ROOT));
        boolean hasNumber = kind == Script.Kind.CODE || kind == Script.Kind.DELAY;
        int number = hasNumber ? Integer.parseInt(words[3]) : 0;
        return new Script.Turn(kind, number, words[words.length - 1].equals("store"));
    }
}
