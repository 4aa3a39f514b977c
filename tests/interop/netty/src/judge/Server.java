// SPDX-License-Identifier: Apache-2.0
// The listener, its connections, and the pipeline of protocol.md 1.1.
package judge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

final class Server {
    private static final AttributeKey<Integer> LIMIT = AttributeKey.valueOf("limit");

    private final Settings settings;
    private final Script script;
    private final ServerBootstrap bootstrap;
    // Once it is closed, it closes whoever is added, so that a connection that is just being
    // accepted does not outlive its listener. Each listener has its own.
    private volatile ChannelGroup open = newGroup();
    private final Object closings = new Object();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private InetSocketAddress address;
    private Channel listener;

    Server(Settings settings, Script script, Journal journal, InetSocketAddress address) {
        this.settings = settings;
        this.script = script;
        this.address = address;
        EventLoopGroup acceptor = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup(2);
        bootstrap = new ServerBootstrap()
                .group(acceptor, workers)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        int limit = settings.maxMessageLength;
                        channel.attr(LIMIT).set(limit);
                        channel.pipeline().addLast(
                                new HttpServerCodec(),
                                new HttpObjectAggregator(limit),
                                new ReadTimeoutHandler(settings.idle, TimeUnit.MILLISECONDS),
                                new Handler(settings, script, journal, Server.this));
                    }
                });
    }

    /** Listens, the second time on the port that it had. Throws if it can't. */
    synchronized void up() throws InterruptedException {
        if (listener == null) {
            open = newGroup();
            listener = bootstrap.bind(address).sync().channel();
            address = (InetSocketAddress) listener.localAddress();
        }
    }

    /** Ends listener and connections, whatever they are at. */
    synchronized void down() throws InterruptedException {
        if (listener != null) {
            listener.close().sync();
            listener = null;
        }
        open.close().sync();
    }

    void disconnect() throws InterruptedException {
        for (Channel each : new ArrayList<>(open)) {
            each.close().sync();
        }
    }

    synchronized int port() {
        return address.getPort();
    }

    /** False: the connection is to be closed without a byte. */
    boolean admit(Channel channel) {
        accepted.incrementAndGet();
        if (script.refusesConnection() || open.size() >= settings.connections) {
            return false;
        }
        open.add(channel);
        channel.closeFuture().addListener(closed -> {
            synchronized (closings) {
                closings.notifyAll();
            }
        });
        return true;
    }

    /** Until so few connections are open. False: that took too long. */
    boolean awaitOpen(int most, long milliseconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        synchronized (closings) {
            while (open.size() > most) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                closings.wait(left);
            }
        }
        return true;
    }

    int messageLimit(Channel channel) {
        return channel.attr(LIMIT).get();
    }

    void countRequest() {
        requests.incrementAndGet();
    }

    void countUnanswered() {
        unanswered.incrementAndGet();
    }

    void resetCounts() {
        accepted.set(0);
        requests.set(0);
        unanswered.set(0);
    }

    private static ChannelGroup newGroup() {
        return new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    }

    @Override
    public String toString() {
        return "open=" + open.size() + " accepted=" + accepted + " requests=" + requests
                + " unanswered=" + unanswered;
    }
}
