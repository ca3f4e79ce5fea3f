# For `node-gyp rebuild`: compiles nothing itself, hands over to the CMake build.
{
  "targets": [
    {
      "target_name": "ft_native",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": ["native/CMakeLists.txt"],
          "outputs": ["build/Release/ft_native.node"],
          "action": ["bash", "dev/setup/native.sh"],
        }
      ],
    }
  ]
}
