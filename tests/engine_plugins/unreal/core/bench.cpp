// What a frame costs the core: decoding, following and the 52 weights applied to an array, and how long a datagram takes
// from sendto to applied weights over the loopback address. See README.md in the plugin's folder for the command.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <vector>

#include "Eyebridge/Curves.h"
#include "Eyebridge/Decode.h"
#include "Eyebridge/Follow.h"
#include "Eyebridge/Light.h"

using namespace Eyebridge;

namespace
{
	constexpr int Frames = 20000;

	double Now()
	{
		using namespace std::chrono;
		return duration<double>(steady_clock::now().time_since_epoch()).count();
	}

	void Report(const char* Title, std::vector<double>& Seconds)
	{
		std::sort(Seconds.begin(), Seconds.end());
		const std::size_t Count = Seconds.size();
		std::printf("%-34s p50 %8.2f us   p99 %8.2f us\n", Title, 1e6 * Seconds[Count / 2], 1e6 * Seconds[Count * 99 / 100]);
	}

	// Stands for the engine: 52 floats of a mesh.
	std::array<float, WeightCount> Mesh;

	void Apply(const FrameValues& Values)
	{
		std::copy_n(Values.begin() + At::Weights, WeightCount, Mesh.begin());
	}

	// The packet with another sequence, in the opening and the closing message.
	void Number(std::vector<std::uint8_t>& Packet, int Sequence)
	{
		for (const std::size_t At : {std::size_t{52}, Packet.size() - 4})
		{
			for (std::size_t Byte = 0; Byte < 4; ++Byte)
			{
				Packet[At + Byte] = static_cast<std::uint8_t>(Sequence >> (24 - 8 * Byte));
			}
		}
	}
}

int main(int Count, char** Arguments)
{
	std::FILE* File = Count == 2 ? std::fopen(Arguments[1], "rb") : nullptr;
	if (File == nullptr)
	{
		std::fprintf(stderr, "usage: bench tests/golden/native_happy.osc\n");
		return 2;
	}
	std::vector<std::uint8_t> Packet(2048);
	Packet.resize(std::fread(Packet.data(), 1, Packet.size(), File));
	std::fclose(File);

	std::vector<double> Decoding, Showing, Arriving;
	Frame Read;
	Follow Following;
	for (int N = 0; N < Frames; ++N)
	{
		Number(Packet, N);
		const double Begun = Now();
		const Verdict Said = Decode(Packet.data(), Packet.size(), Read);
		const double Decoded = Now();
		if (Said != Verdict::Frame || !Following.Take(Read, Decoded))
		{
			std::fprintf(stderr, "frame %d was refused\n", N);
			return 1;
		}
		Apply(Following.ValuesAt(Decoded + 0.004));
		Decoding.push_back(Decoded - Begun);
		Showing.push_back(Now() - Decoded);
	}

	const int Receiver = socket(AF_INET, SOCK_DGRAM, 0), Sender = socket(AF_INET, SOCK_DGRAM, 0);
	sockaddr_in Address{};
	Address.sin_family = AF_INET;
	Address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	socklen_t Length = sizeof(Address);
	bind(Receiver, reinterpret_cast<sockaddr*>(&Address), Length);
	getsockname(Receiver, reinterpret_cast<sockaddr*>(&Address), &Length);
	std::array<std::uint8_t, 2048> Buffer;
	for (int N = Frames; N < Frames + 2000; ++N)
	{
		Number(Packet, N);
		const double Begun = Now();
		sendto(Sender, Packet.data(), Packet.size(), 0, reinterpret_cast<sockaddr*>(&Address), Length);
		const ssize_t Size = recv(Receiver, Buffer.data(), Buffer.size(), 0);
		if (Size <= 0 || Decode(Buffer.data(), static_cast<std::size_t>(Size), Read) != Verdict::Frame)
		{
			return 1;
		}
		Following.Take(Read, Now());
		Apply(Following.ValuesAt(Now()));
		Arriving.push_back(Now() - Begun);
	}
	close(Receiver);
	close(Sender);
	Report("decode a frame of 1012 bytes", Decoding);
	Report("follow and apply 52 weights", Showing);
	Report("datagram sent to weights applied", Arriving);
	return 0;
}
